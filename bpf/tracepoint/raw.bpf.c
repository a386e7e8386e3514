// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The raw tracepoint inet_sock_set_state, for kernels without BTF (4.17+). */
#include "tracepoint.bpf.h"

#define POINT "raw_tp/inet_sock_set_state"

SEC(POINT)
int change_raw(struct bpf_raw_tracepoint_args *ctx)
{
	return tracepoint_first(ctx->args);
}

TRACEPOINT_FURTHER(POINT, change_raw_second)
#ifdef BUFFER_RING
TRACEPOINT_FURTHER(POINT, change_raw_third)
TRACEPOINT_FURTHER(POINT, change_raw_fourth)
TRACEPOINT_FURTHER(POINT, change_raw_fifth)
#endif

SEC("raw_tp/tcp_destroy_sock")
int destroy_raw(struct bpf_raw_tracepoint_args *ctx)
{
	return held_release(ctx, (struct sock *)ctx->args[0]);
}

const char LICENSE[] SEC("license") = "Dual BSD/GPL";
