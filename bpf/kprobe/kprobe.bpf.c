// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The kprobe on tcp_set_state(sk, state), for kernels without the tracepoint (4.4+). */
#include "lifespan.bpf.h"

#include "accept.bpf.h"
#include "audit.bpf.h"

static __always_inline void hook_read_tuple(const struct change *c, struct tcp_sock *tp,
					    struct record *r)
{
	(void)tp;
	/* At the entry of tcp_set_state() the local port is still bound. */
	socket_read_tuple(c->sk, r);
}

SEC("kprobe")
int change_kprobe(struct pt_regs *ctx)
{
	struct change c = {
		.ctx = ctx,
		.sk = (struct sock *)PT_REGS_PARM1(ctx),
		.newstate = (int)PT_REGS_PARM2(ctx),
	};

	c.oldstate = LOAD(c.sk, __sk_common.skc_state);
	if (!change_matters(c.oldstate, c.newstate))
		return 0;
	return lifespan_change(&c);
}

const char LICENSE[] SEC("license") = "Dual BSD/GPL";
