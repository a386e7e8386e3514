// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Calibration on the kprobe. */
#include <asm/ptrace.h>

#include "calibrate.bpf.h"

#include <bpf/bpf_tracing.h>

SEC("kprobe")
int calibrate_kprobe(struct pt_regs *ctx)
{
	const char *sk = (const char *)PT_REGS_PARM1(ctx);
	__u8 oldstate = 0;

	read_kernel(&oldstate, sizeof(oldstate), sk + SKC_STATE_OFFSET);
	return calibrate(ctx, sk, oldstate, (__u32)PT_REGS_PARM2(ctx));
}

const char LICENSE[] SEC("license") = "Dual BSD/GPL";
