/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is learned when a process takes a socket that came in: whose its session is. */
#ifndef TCPLIFE_ACCEPTED_BPF_H
#define TCPLIFE_ACCEPTED_BPF_H

#include "lifespan.bpf.h"

/* True unless the ports of a socket that was accepted are known not to be asked for. */
static __always_inline bool accepted_is_wanted(const volatile struct config *config,
					       const struct sock *sk)
{
	__u16 lport = 0, rport = 0;

	if (!config->ports_at_accept || (!config->local_ports && !config->remote_ports))
		return true;
	read_kernel(&lport, sizeof(lport), &sk->__sk_common.skc_num);
	read_kernel(&rport, sizeof(rport), &sk->__sk_common.skc_dport);
	return (!config->local_ports || port_in(&local_ports, lport)) &&
	       (!config->remote_ports || port_in(&remote_ports, swap16(rport)));
}

/*
 * True if a socket that was accepted, and of which nothing is known, has something to come: it is
 * not established yet, or older than the tracer. One that has ended in the queue would leave its
 * owner to whatever session has its memory next.
 */
static __always_inline bool accepted_is_early(const volatile struct config *config,
					      const struct sock *sk)
{
	__u8 state = STATE_SYN_RECV;

	if (config->state_at_accept)
		read_kernel(&state, sizeof(state), &sk->__sk_common.skc_state);
	return state == STATE_SYN_RECV || (config->unborn && state != STATE_CLOSE);
}

/*
 * What the accept hook has just added to `sessions`. Once the socket is established, its session
 * was in the table before; if it is not there any more, it has ended, and nobody wants the owner.
 */
static __always_inline struct life *early_find(const volatile struct config *config,
					       const struct sock *sk, __u64 key)
{
	const bool early = accepted_is_early(config, sk);
	struct life *life = far_find(config, key);

	if (life && !early && !loaded_before(life, early)->born_ns) {
		far_drop(config, key);
		return NULL;
	}
	return life;
}

/*
 * Names who is running as the owner of what was found for the key. The session can end at any time,
 * and another one have its place; but not between the claim and the mark.
 */
static __always_inline void owner_accept(const volatile struct config *config, __u64 key,
					 struct life *life)
{
	if (!accepted_claim(config, life))
		return;
	if (session_find(config, key) == life) {
		owner_set(config, life, OWNER_ACCEPT);
		life->accepted_ns = bpf_ktime_get_ns();
		accepted_set(config, life, key);
	} else {
		accepted_set(config, life, 0);
	}
	near_drop_left(config, key);
}

/*
 * sk: what inet_csk_accept() returned, NULL if it failed. Inlined, as user space can only take out
 * of a whole program what an old kernel does not know (src/trace/insns.h).
 */
static __always_inline int lifespan_accept(const struct sock *sk)
{
	const volatile struct config *config = config_get();
	__u64 key = session_key(sk);
	struct life *life;

	if (!key || !config)
		return 0;
	life = session_find(config, key);
	if (!life && !accepted_is_early(config, sk)) {
		/* Or it was born between the look for it and the look at its state. */
		life = session_find(config, key);
	} else if (!life && accepted_is_wanted(config, sk)) {
		life_begin_owner(config, key, OWNER_ACCEPT);
		if (near_is_there(config))
			far_fence();
		/* It may have been born meanwhile, on another CPU, which fetches it, or not. */
		life = near_find(config, key);
		if (life)
			far_drop(config, key);
		else
			life = early_find(config, sk, key);
	}
	if (life && !life->owner)
		owner_accept(config, key, life);
	return 0;
}

#endif
