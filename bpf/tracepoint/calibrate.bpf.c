// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Calibration on the classic tracepoint, for kernels that have it and no kprobes. */
#include "calibrate.bpf.h"

SEC("tracepoint/sock/inet_sock_set_state")
int calibrate_classic(struct trace_event_raw_inet_sock_set_state *ctx)
{
	return calibrate(ctx, (const void *)ctx->skaddr, ctx->oldstate, ctx->newstate);
}

const char LICENSE[] SEC("license") = "Dual BSD/GPL";
