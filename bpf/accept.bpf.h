/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The accept hook, which tells who accepted an inbound session. inet_csk_accept() returns the new
 * socket on every kernel, while its arguments changed in 6.10.
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
/*
 * The return value follows the arguments, which are four before 6.10 and two since. BTF tells
 * which.
 */
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
