/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A state change as a hook reports it. */
#ifndef TCPLIFE_CHANGE_BPF_H
#define TCPLIFE_CHANGE_BPF_H

#include "socket.bpf.h"
#include "tcp_state.h"

struct change {
	void *ctx; /* the hook's context */
	struct sock *sk;
	int oldstate; /* enum tcp_state */
	int newstate;
};

/*
 * Reads addresses and ports; each hook defines it. tp: the same socket, in the form that the hook
 * may load from.
 */
static __always_inline void hook_read_tuple(const struct change *c, struct tcp_sock *tp,
					    struct record *r);

/* Whether a change has a meaning for us. Cheap enough to ask before anything is read. */
static __always_inline bool change_matters(int oldstate, int newstate)
{
	const __u32 meaningful = 1 << STATE_SYN_SENT | 1 << STATE_ESTABLISHED |
				 1 << STATE_FIN_WAIT1 | 1 << STATE_LAST_ACK | 1 << STATE_CLOSE;

	if (newstate == STATE_SYN_RECV)
		return oldstate == STATE_SYN_SENT;
	return meaningful >> (newstate & 15) & 1;
}

/*
 * Whether a packet or a timer made the change and not the process that holds the socket: then no
 * process holds it, or it is just being released, which handles the packets in the backlog.
 */
static __always_inline bool change_is_tcps_own(const struct change *c)
{
	const __u32 closing = 1 << STATE_FIN_WAIT1 | 1 << STATE_FIN_WAIT2 | 1 << STATE_CLOSING |
			      1 << STATE_LAST_ACK;

	return (c->newstate == STATE_ESTABLISHED || closing >> (c->oldstate & 15) & 1) &&
	       (!LOAD(c->sk, sk_lock.owned) || LOAD(c->sk, sk_backlog.len));
}

/*
 * The time of the change. For a change that TCP makes itself, it has read the clock before
 * (tcp_mstamp_refresh()).
 */
static __always_inline __u64 change_ns(const volatile struct config *config, const struct change *c)
{
#ifdef HOOK_TYPED
	const struct tcp_sock *tp;

	if (config->clock && change_is_tcps_own(c)) {
		tp = tcp_of(c->sk);
		if (tp)
			return opaque(tp)->tcp_clock_cache;
	}
#endif
	return bpf_ktime_get_ns();
}

#endif
