// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The typed tracepoint, tp_btf inet_sock_set_state: the fast path, for kernels with BTF (5.8+). */
#define HOOK_TYPED
#include "tracepoint.bpf.h"

SEC("tp_btf/inet_sock_set_state")
int change_typed(__u64 *ctx)
{
	return change_first(ctx);
}

SEC("tp_btf/inet_sock_set_state")
int change_typed_second(__u64 *ctx)
{
	return change_further(ctx);
}

SEC("tp_btf/inet_sock_set_state")
int change_typed_third(__u64 *ctx)
{
	return change_further(ctx);
}

SEC("tp_btf/inet_sock_set_state")
int change_typed_fourth(__u64 *ctx)
{
	return change_further(ctx);
}

SEC("tp_btf/inet_sock_set_state")
int change_typed_fifth(__u64 *ctx)
{
	return change_further(ctx);
}

SEC("tp_btf/tcp_destroy_sock")
int destroy_typed(__u64 *ctx)
{
	return held_release(ctx, (struct sock *)ctx[0]);
}

const char LICENSE[] SEC("license") = "Dual BSD/GPL";
