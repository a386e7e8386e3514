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
	lifespan_accept((const struct sock *)PT_REGS_RC(ctx));
	return 0;
}

#ifdef BUFFER_RING

/*
 * The socket that the first program has handled on this CPU and the second has not seen yet. While
 * a task is preempted within a program of fexit, the kernel skips that program for other tasks on
 * the CPU (6.1 with RT, 6.18). So a second program, which runs after the first, handles those.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} accepting SEC(".maps");

static __always_inline __u64 *accepting_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&accepting, &zero);
}

static __always_inline int accept_first(__u64 accepted)
{
	__u64 *here = accepting_here();

	if (here)
		*here = accepted;
	lifespan_accept((const struct sock *)accepted);
	return 0;
}

/*
 * Usually it only finds that the first program ran. If tasks alternate on the CPU, it may not find
 * that; then the session has its owner, and lifespan_accept() does nothing.
 */
static __always_inline int accept_second(__u64 accepted)
{
	__u64 *here = accepting_here();

	if (!here)
		return 0;
	if (*here == accepted) {
		*here = 0;
		return 0;
	}
	if (lifespan_accept((const struct sock *)accepted))
		loss_count(LOSS_ACCEPTS);
	return 0;
}

/*
 * The return value follows the arguments, which are four before 6.10 and two since. BTF tells
 * which.
 */
SEC("fexit/inet_csk_accept")
int accept_fexit_4(const __u64 *ctx)
{
	return accept_first(ctx[4]);
}

SEC("fexit/inet_csk_accept")
int accept_fexit_4_second(const __u64 *ctx)
{
	return accept_second(ctx[4]);
}

SEC("fexit/inet_csk_accept")
int accept_fexit_2(const __u64 *ctx)
{
	return accept_first(ctx[2]);
}

SEC("fexit/inet_csk_accept")
int accept_fexit_2_second(const __u64 *ctx)
{
	return accept_second(ctx[2]);
}

#endif

#endif
