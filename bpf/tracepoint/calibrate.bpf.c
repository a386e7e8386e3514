// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Calibration on the raw tracepoint, for the raw hook. */
#include "calibrate.bpf.h"

SEC("raw_tp/inet_sock_set_state")
int calibrate_raw(struct bpf_raw_tracepoint_args *ctx)
{
	return calibrate(ctx, (const void *)ctx->args[0], ctx->args[1], ctx->args[2]);
}

const char LICENSE[] SEC("license") = "Dual BSD/GPL";
