/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The accept hook: who took a session that came in. The value that inet_csk_accept() returns is the
 * new socket on every kernel, while its arguments changed in 6.10.
 */
#ifndef TCPLIFE_ACCEPT_BPF_H
#define TCPLIFE_ACCEPT_BPF_H

#include <asm/ptrace.h>

#include <bpf/bpf_tracing.h>

#include "accepted.bpf.h"

SEC("kretprobe")
int accept_kretprobe(struct pt_regs *ctx)
{
	return lifespan_accept((const struct sock *)PT_REGS_RC(ctx));
}

#ifdef BUFFER_RING
/* The return value follows the arguments: four before 6.10, two since. Which it is, BTF tells. */
SEC("fexit/inet_csk_accept")
int accept_fexit_4(const __u64 *ctx)
{
	return lifespan_accept((const struct sock *)ctx[4]);
}

SEC("fexit/inet_csk_accept")
int accept_fexit_2(const __u64 *ctx)
{
	return lifespan_accept((const struct sock *)ctx[2]);
}
#endif

#endif
