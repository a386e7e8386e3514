// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The typed tracepoint, tp_btf inet_sock_set_state: the fast path, for kernels with BTF (5.8+). */
#define HOOK_TYPED
#include "tracepoint.bpf.h"

#define POINT "tp_btf/inet_sock_set_state"

SEC(POINT)
int change_typed(__u64 *ctx)
{
	return tracepoint_first(ctx);
}

TRACEPOINT_FURTHER(POINT, change_typed_second)
TRACEPOINT_FURTHER(POINT, change_typed_third)
TRACEPOINT_FURTHER(POINT, change_typed_fourth)
TRACEPOINT_FURTHER(POINT, change_typed_fifth)

SEC("tp_btf/tcp_destroy_sock")
int destroy_typed(__u64 *ctx)
{
	return held_release(ctx, (struct sock *)ctx[0]);
}

const char LICENSE[] SEC("license") = "Dual BSD/GPL";
