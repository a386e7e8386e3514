/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tells whether the sockets of sessions in the table are alive. The kernel reports a state change
 * before it makes it; so if a socket is closed while its session is in the table, its end was not
 * reported to our programs.
 */
#ifndef TCPLIFE_AUDIT_BPF_H
#define TCPLIFE_AUDIT_BPF_H

#include "audit.h"
#include "maps.bpf.h"
#include "tcp_state.h"

/* The key was a socket once; only other sockets may reuse its memory at once. */
static __always_inline bool audit_is_gone(__u64 key)
{
	const struct sock *sk = (const struct sock *)key;
	__u16 family = 0;
	__u8 state = 0;

	if (!key || read_kernel(&family, sizeof(family), &sk->__sk_common.skc_family) ||
	    read_kernel(&state, sizeof(state), &sk->__sk_common.skc_state))
		return key;
	return (family != AF_INET && family != AF_INET6) || state == STATE_CLOSE ||
	       state == STATE_LISTEN || !state || state > STATE_CLOSING;
}

#ifdef BUFFER_RING

/* Run by user space (BPF_PROG_TEST_RUN, 5.10). Returns the answer. */
SEC("raw_tp")
int audit_run(struct bpf_raw_tracepoint_args *ctx)
{
	int gone = 0;

#pragma clang loop unroll(full)
	for (int i = 0; i < AUDIT_KEYS; i++)
		gone |= audit_is_gone(ctx->args[i]) << i;
	return gone;
}

#else

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct audit_question);
} audit SEC(".maps");

/* On tcp_getsockopt(). getsockopt(2) calls it through a pointer, so no compiler inlines it. */
SEC("kprobe")
int audit_kprobe(struct pt_regs *ctx)
{
	__u32 zero = 0;
	struct audit_question *q = bpf_map_lookup_elem(&audit, &zero);
	__u64 gone = 0;

	if (!q)
		return 0;
#pragma clang loop unroll(full)
	for (int i = 0; i < AUDIT_KEYS; i++)
		gone |= (__u64)audit_is_gone(q->keys[i]) << i;
	q->gone = gone;
	q->answers++;
	return 0;
}

#endif

#endif
