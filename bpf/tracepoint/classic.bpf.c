// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The classic tracepoint, sock:inet_sock_set_state: its stable record has addresses and ports
 * (4.16+). */
#include "lifespan.bpf.h"

#include "accept.bpf.h"

static __always_inline __u16 hook_local_port(const struct change *c)
{
	return ((const struct trace_event_raw_inet_sock_set_state *)c->ctx)->sport;
}

static __always_inline __u16 hook_remote_port(const struct change *c)
{
	return ((const struct trace_event_raw_inet_sock_set_state *)c->ctx)->dport;
}

static __always_inline void hook_read_ends(const struct change *c, struct tcp_sock *tp,
					   struct record *r)
{
	const struct trace_event_raw_inet_sock_set_state *t = c->ctx;

	(void)tp;
	/* Copied, not loaded: before 5.6 they stand at odd offsets. */
	read_kernel(r->laddr, sizeof(r->laddr), &t->saddr_v6);
	read_kernel(r->raddr, sizeof(r->raddr), &t->daddr_v6);
	r->lport = t->sport;
	r->rport = t->dport;
}

SEC("tracepoint/sock/inet_sock_set_state")
int change_classic(struct trace_event_raw_inet_sock_set_state *ctx)
{
	const struct change c = {
		.ctx = ctx,
		.sk = (struct sock *)ctx->skaddr,
		.oldstate = ctx->oldstate,
		.newstate = ctx->newstate,
	};

	if (!lifespan_cares(c.oldstate, c.newstate) || ctx->protocol != IPPROTO_TCP)
		return 0;
	return lifespan_change(&c);
}

const char LICENSE[] SEC("license") = "Dual BSD/GPL";
