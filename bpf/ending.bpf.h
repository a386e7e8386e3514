/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a session ended, where its last state and sk_err do not tell. Only rare ends come this far,
 * so the usual ones pay nothing for it.
 */
#ifndef TCPLIFE_ENDING_BPF_H
#define TCPLIFE_ENDING_BPF_H

#include "socket.bpf.h"

#define SOCK_DEAD     0x1 /* bits of skc_flags: no descriptor is left */
#define SOCK_DONE     0x2 /* the peer's FIN has arrived */

#define EADDRNOTAVAIL 99

/* Origins of struct sock_extended_err (include/uapi/linux/errqueue.h). */
#define ORIGIN_ICMP  2
#define ORIGIN_ICMP6 3

/* The value of skc_reuse that setsockopt(TCP_REPAIR) sets, and nothing else (3.5). */
#define SK_FORCE_REUSE 2

/* True between setsockopt(TCP_REPAIR, 1) and (TCP_REPAIR, 0). skc_reuse has four bits behind
 * skc_state. */
static __always_inline bool socket_is_in_repair(const volatile struct config *config,
						struct sock *sk)
{
	__u8 *state = &sk->__sk_common.skc_state;

	return is_known(config, KNOWN_STATE) && (LOAD_AT(state, 1) & 0xf) == SK_FORCE_REUSE;
}

/*
 * What an ICMP error said that waits in the socket's error queue, since 5.12 also for an
 * application that has not asked for it: tcp_v4_err() puts it there. 0: nothing.
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
	/* One structure within another: clang 15 crashes if it sees both relocations at once. */
	cb = opaque((const struct sock_exterr_skb *)&skb->cb);
	read_kernel(&error, sizeof(error), &cb->ee);
	return error.origin == ORIGIN_ICMP || error.origin == ORIGIN_ICMP6 ? error.number : 0;
}

/*
 * Why a connect came to nothing on which the kernel set no error. An ICMP error that arrives while
 * connect(2) holds the socket, as that of a local REJECT does, is only noted (sk_err_soft), and
 * SO_ERROR takes that away, but not what is in the queue. A connect that finds no free port or
 * finds its port taken fails before the socket has its place in the kernel's table, and so its
 * hash.
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

/* r: its state, sk_err and sk_flags are filled in. */
static __always_inline enum manner manner_of(const volatile struct config *config, struct sock *sk,
					     struct tcp_sock *tp, const struct record *r)
{
	if (r->sk_err)
		return MANNER_USUAL;
	/* close(2) gives up at once what it would wait for (tcp_close(), tcp_rcv_state_process()).
	 */
	if (r->state == STATE_FIN_WAIT2 && !(r->sk_flags & SOCK_DONE) &&
	    is_known(config, KNOWN_LINGER2) && LOAD(tp, linger2) < 0)
		return MANNER_GIVEN_UP;
	/* close(2) in repair says nothing to the peer; only then is a descriptor there. */
	if (!(r->sk_flags & SOCK_DEAD) && socket_is_in_repair(config, sk))
		return MANNER_CHECKPOINT;
	return MANNER_USUAL;
}

#endif
