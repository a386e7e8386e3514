/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a session ended, if its last state and sk_err do not tell. Only rare endings need this, so
 * the common ones cost nothing more.
 */
#ifndef TCPLIFE_ENDING_BPF_H
#define TCPLIFE_ENDING_BPF_H

#include "socket.bpf.h"
#include "tcp_state.h"

#define SOCK_DEAD     0x1 /* bits of skc_flags: no descriptor refers to it */
#define SOCK_DONE     0x2 /* the peer's FIN has arrived */

#define EADDRNOTAVAIL 99

/* Values of ee_origin in struct sock_extended_err (include/uapi/linux/errqueue.h). */
#define ORIGIN_ICMP  2
#define ORIGIN_ICMP6 3

/* The value of skc_reuse that only setsockopt(TCP_REPAIR) sets (3.5). */
#define SK_FORCE_REUSE 2

/*
 * Whether the socket is between setsockopt(TCP_REPAIR, 1) and (TCP_REPAIR, 0). skc_reuse is four
 * bits of the byte after skc_state: the low ones, or the high ones on a big-endian machine.
 */
static __always_inline bool socket_is_in_repair(const volatile struct config *config,
						struct sock *sk)
{
	__u8 *state = &sk->__sk_common.skc_state;

	return is_known(config, KNOWN_STATE) &&
	       (LOAD_AT(state, 1) >> (ORDER_IS_BIG ? 4 : 0) & 0xf) == SK_FORCE_REUSE;
}

/*
 * The error of an ICMP message in the socket's error queue; 0: none. Since 5.12 tcp_v4_err() queues
 * it also if the application has not asked for it.
 */
static __always_inline int queued_error(struct sock *sk)
{
	struct {
		__u64 next, previous;
		__u32 length, lock;
	} queue = {};
	struct {
		__u32 number;
		__u8 origin, rest[3];
	} error = {};
	const struct sock_exterr_skb *cb;
	const struct sk_buff *skb;

	read_kernel(&queue, sizeof(queue), &sk->sk_error_queue);
	skb = (const struct sk_buff *)queue.next;
	if (!queue.length || !skb)
		return 0;
	/* Not one expression: clang 15 crashes on both relocations at once. */
	cb = opaque((const struct sock_exterr_skb *)&skb->cb);
	read_kernel(&error, sizeof(error), &cb->ee);
	return error.origin == ORIGIN_ICMP || error.origin == ORIGIN_ICMP6 ? error.number : 0;
}

/*
 * Why a connect failed if the kernel set no error. An ICMP error that arrives while connect(2)
 * holds the socket, as from a local REJECT, is only noted in sk_err_soft. SO_ERROR clears that, but
 * not the error queue. A connect that finds no free port, or its port taken, fails before the
 * socket is hashed.
 */
static __always_inline int connect_error(const volatile struct config *config, struct sock *sk,
					 __u16 lport)
{
	int error = 0;

	if (!lport || (is_known(config, KNOWN_HASH) && !LOAD(sk, __sk_common.skc_hash)))
		return EADDRNOTAVAIL;
	if (is_known(config, KNOWN_SOFT_ERROR))
		error = LOAD(sk, sk_err_soft);
	if (!error && is_known(config, KNOWN_ERROR_QUEUE))
		error = queued_error(sk);
	return error;
}

/* Uses state, sk_err and sk_flags of r. */
static __always_inline enum manner manner_of(const volatile struct config *config, struct sock *sk,
					     struct tcp_sock *tp, const struct record *r)
{
	if (r->sk_err)
		return MANNER_USUAL;
	/* close(2) resets at once instead of waiting (tcp_close(), tcp_rcv_state_process()). */
	if (r->state == STATE_FIN_WAIT2 && !(r->sk_flags & SOCK_DONE) &&
	    is_known(config, KNOWN_LINGER2) && LOAD(tp, linger2) < 0)
		return MANNER_GIVEN_UP;
	/*
	 * close(2) in repair mode sends nothing to the peer. Only then does a descriptor still
	 * exist.
	 */
	if (!(r->sk_flags & SOCK_DEAD) && socket_is_in_repair(config, sk))
		return MANNER_CHECKPOINT;
	return MANNER_USUAL;
}

#endif
