/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tells of sessions in the table whether their sockets are alive, and what they have moved. The
 * kernel reports a state change before it makes it; so if a socket is closed while its session is
 * in the table, its end was not reported to our programs.
 */
#ifndef TCPLIFE_AUDIT_BPF_H
#define TCPLIFE_AUDIT_BPF_H

#include "audit.h"
#include "maps.bpf.h"
#include "tcp_state.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct audit_question);
} audit SEC(".maps");

/* Helpers write to the stack only (4.4). */
#define READ(to, from)                                         \
	({                                                     \
		typeof(to) value_ = 0;                         \
		read_kernel(&value_, sizeof(value_), &(from)); \
		(to) = value_;                                 \
	})

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

static __always_inline void audit_answer(__u64 key, struct audit_answer *a)
{
	const struct sock *sk = (const struct sock *)key;
	const struct tcp_sock *tp = (const struct tcp_sock *)key;

	a->gone = audit_is_gone(key);
	if (!key)
		return;
	READ(a->bytes_acked, tp->bytes_acked);
	READ(a->bytes_received, tp->bytes_received);
	READ(a->srtt_us, tp->srtt_us);
	READ(a->total_retrans, tp->total_retrans);
	READ(a->rport, sk->__sk_common.skc_dport);
	READ(a->lport, sk->__sk_common.skc_num);
	READ(a->state, sk->__sk_common.skc_state);
}

/*
 * The ring generation: run by user space (BPF_PROG_TEST_RUN, 5.10). The perf generation: on
 * tcp_getsockopt(). getsockopt(2) calls it through a pointer, so no compiler inlines it.
 */
#ifdef BUFFER_RING
#define EACH_KEY _Pragma("clang loop unroll(disable)")
SEC("raw_tp")
#else
#define EACH_KEY _Pragma("clang loop unroll(full)")
SEC("kprobe")
#endif
int audit_run(void *ctx)
{
	__u32 zero = 0;
	struct audit_question *q = bpf_map_lookup_elem(&audit, &zero);

	(void)ctx;
	if (!q)
		return 0;
	EACH_KEY
	for (int i = 0; i < AUDIT_KEYS; i++)
		audit_answer(q->keys[i], &q->answers[i]);
	q->answered++;
	return 0;
}

#undef READ
#undef EACH_KEY

#endif
