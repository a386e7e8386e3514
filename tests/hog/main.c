// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Keeps its processor busy in a BPF program, so that the kernel skips BPF programs of interrupts
 * there. Prints "busy", and runs until killed. Needs tracefs.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define EVENT "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id"
#define TURNS 50000 /* as long a loop as the verifier follows */

static void die(const char *what) __attribute__((noreturn));
static void die(const char *what)
{
	fprintf(stderr, "hog: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A program that loops TURNS times when this process enters a system call. */
static int load(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_pid_tgid },
		{ .code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = 0, .imm = 32 },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 0, .off = 3, .imm = getpid() },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = TURNS },
		{ .code = BPF_ALU64 | BPF_SUB | BPF_K, .dst_reg = 1, .imm = 1 },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 1, .off = -2, .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const size_t count = sizeof(insns) / sizeof(insns[0]);
	int program = bpf_prog_load(BPF_PROG_TYPE_TRACEPOINT, "hog", "GPL", insns, count, NULL);

	if (program < 0)
		die("its program");
	return program;
}

static void attach(int program)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	FILE *id = fopen(EVENT, "re");
	int event;

	if (!id || fscanf(id, "%lld", (long long *)&attr.config) != 1)
		die(EVENT);
	fclose(id);
	event = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (event < 0 || ioctl(event, PERF_EVENT_IOC_SET_BPF, program) ||
	    ioctl(event, PERF_EVENT_IOC_ENABLE, 0))
		die("its tracepoint");
}

int main(void)
{
	attach(load());
	puts("busy");
	fflush(stdout);
	for (;;)
		syscall(SYS_getppid);
}
