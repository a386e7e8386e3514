// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The typed tracepoint, tp_btf inet_sock_set_state: the fast path, for kernels with BTF. */
#define HOOK_TYPED
#include "lifespan.bpf.h"

#include "accept.bpf.h"

static __always_inline __u16 hook_remote_port(const struct change *c)
{
	return socket_remote_port(c->sk);
}

static __always_inline void hook_read_ends(const struct change *c, struct record *r)
{
	struct tcp_sock *tp = tcp_of(c->sk);

	socket_read_addresses(c->sk, r);
	r->rport = socket_remote_port(c->sk);
	/* skc_num is already cleared when a session ends; inet_sport stays. */
	if (tp)
		r->lport = swap16(((struct inet_sock *)tp)->inet_sport);
}

SEC("tp_btf/inet_sock_set_state")
int change_typed(__u64 *ctx)
{
	const struct change c = {
		.ctx = ctx,
		.sk = (struct sock *)ctx[0],
		.oldstate = ctx[1],
		.newstate = ctx[2],
	};

	if (!lifespan_cares(c.oldstate, c.newstate) || c.sk->sk_protocol != IPPROTO_TCP)
		return 0;
	return lifespan_change(&c);
}

const char LICENSE[] SEC("license") = "Dual BSD/GPL";
