// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The typed tracepoint, tp_btf inet_sock_set_state: the fast path, for kernels with BTF. */
#define HOOK_TYPED
#include "lifespan.bpf.h"

#include "accept.bpf.h"

static __always_inline __u16 hook_local_port(const struct change *c)
{
	return LOAD(c->sk, __sk_common.skc_num);
}

static __always_inline __u16 hook_remote_port(const struct change *c)
{
	return socket_remote_port(c->sk);
}

static __always_inline void hook_read_ends(const struct change *c, struct tcp_sock *tp,
					   struct record *r)
{
	socket_read_addresses(c->sk, r);
	r->rport = socket_remote_port(c->sk);
	/* skc_num is already cleared when a session ends; inet_sport stays. */
	r->lport = swap16(((struct inet_sock *)tp)->inet_sport);
}

static __always_inline bool change_read(const __u64 *ctx, struct change *c)
{
	c->ctx = (void *)ctx;
	c->sk = (struct sock *)ctx[0];
	c->oldstate = ctx[1];
	c->newstate = ctx[2];
	return lifespan_cares(c->oldstate, c->newstate) && c->sk->sk_protocol == IPPROTO_TCP;
}

SEC("tp_btf/inet_sock_set_state")
int change_typed(__u64 *ctx)
{
	struct change c;

	return change_read(ctx, &c) ? lifespan_change(&c) : 0;
}

/*
 * The kernel does not run a program that is running on this CPU already (6.1), so what happens
 * meanwhile is lost to it. In an interrupt that is rare; but where programs can be preempted by
 * other tasks (7.0) it is not, and this second program, attached after the first, takes what the
 * first was too busy for.
 */
SEC("tp_btf/inet_sock_set_state")
int change_typed_again(__u64 *ctx)
{
	struct change c;

	return change_read(ctx, &c) && lifespan_missed(&c) ? lifespan_change(&c) : 0;
}

const char LICENSE[] SEC("license") = "Dual BSD/GPL";
