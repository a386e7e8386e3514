// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The raw tracepoint inet_sock_set_state, for kernels without BTF (4.17+). */
#include "tracepoint.bpf.h"

SEC("raw_tp/inet_sock_set_state")
int change_raw(struct bpf_raw_tracepoint_args *ctx)
{
	return change_first(ctx->args);
}

SEC("raw_tp/inet_sock_set_state")
int change_raw_second(struct bpf_raw_tracepoint_args *ctx)
{
	return change_further(ctx->args);
}

#ifdef BUFFER_RING

SEC("raw_tp/inet_sock_set_state")
int change_raw_third(struct bpf_raw_tracepoint_args *ctx)
{
	return change_further(ctx->args);
}

SEC("raw_tp/inet_sock_set_state")
int change_raw_fourth(struct bpf_raw_tracepoint_args *ctx)
{
	return change_further(ctx->args);
}

SEC("raw_tp/inet_sock_set_state")
int change_raw_fifth(struct bpf_raw_tracepoint_args *ctx)
{
	return change_further(ctx->args);
}

#endif

SEC("raw_tp/tcp_destroy_sock")
int destroy_raw(struct bpf_raw_tracepoint_args *ctx)
{
	return held_release(ctx, (struct sock *)ctx->args[0]);
}

const char LICENSE[] SEC("license") = "Dual BSD/GPL";
