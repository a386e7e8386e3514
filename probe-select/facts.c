// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "facts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "layout.h"
#include "tracefs.h"

/* From include/uapi/linux/capability.h. */
#define CAP_NUMBER_SYS_ADMIN 21
#define CAP_NUMBER_PERFMON   38 /* 5.8 */
#define CAP_NUMBER_BPF	     39 /* 5.8 */

static bool read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	*text = 0;
	if (fd < 0)
		return false;
	got = read(fd, text, size - 1);
	close(fd);
	if (got < 0)
		return false;
	text[got] = 0;
	return true;
}

static void gather_release(struct facts *facts)
{
	struct utsname name;
	int major = 0, minor = 0, patch = 0;

	if (uname(&name))
		return;
	snprintf(facts->release, sizeof(facts->release), "%s", name.release);
	snprintf(facts->machine, sizeof(facts->machine), "%s", name.machine);
	sscanf(name.release, "%d.%d.%d", &major, &minor, &patch);
	facts->version = KERNEL_VERSION_CODE(major, minor, patch);
	read_text("/proc/version_signature", facts->signature, sizeof(facts->signature));
	facts->signature[strcspn(facts->signature, "\n")] = 0;
}

static void gather_capabilities(struct facts *facts)
{
	char status[8192];
	const char *at;
	uint64_t effective;

	/* Without /proc, being root is the best guess; the attempts below will show. */
	effective = geteuid() ? 0 : UINT64_MAX;
	if (read_text("/proc/self/status", status, sizeof(status)) &&
	    (at = strstr(status, "\nCapEff:")))
		effective = strtoull(at + 8, NULL, 16);
	facts->cap_sys_admin = effective >> CAP_NUMBER_SYS_ADMIN & 1;
	facts->cap_bpf = facts->cap_sys_admin || (effective >> CAP_NUMBER_BPF & 1);
	facts->cap_perfmon = facts->cap_sys_admin || (effective >> CAP_NUMBER_PERFMON & 1);
}

/* The line lists all levels, the current one in brackets. */
static void gather_lockdown(struct facts *facts)
{
	char text[128];

	if (!read_text("/sys/kernel/security/lockdown", text, sizeof(text)))
		return;
	if (strstr(text, "[integrity]"))
		facts->lockdown = LOCKDOWN_INTEGRITY;
	else if (strstr(text, "[confidentiality]"))
		facts->lockdown = LOCKDOWN_CONFIDENTIALITY;
}

static void gather_mounts(struct facts *facts)
{
	facts->proc_error = access("/proc/self/fd", X_OK) ? errno : 0;
	facts->sys_error = access("/sys/devices/system/cpu/possible", R_OK) ? errno : 0;
}

static bool exchange_works(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 10, .src_reg = 0, .off = -8 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW,
		  .dst_reg = 10,
		  .src_reg = 0,
		  .off = -8,
		  .imm = BPF_CMPXCHG },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int program = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, NULL, "GPL", insns,
				    sizeof(insns) / sizeof(insns[0]), NULL);

	if (program >= 0)
		close(program);
	return program >= 0;
}

static void gather_bpf(struct facts *facts)
{
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 8, 1, NULL);

	facts->bpf_error = map < 0 ? -map : 0;
	if (map >= 0)
		close(map);
	map = bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, (__u32)sysconf(_SC_PAGESIZE), NULL);
	facts->ring_buffer = map >= 0;
	if (map >= 0)
		close(map);
	facts->exchange = facts->ring_buffer && exchange_works();
}

static void gather_raw(struct facts *facts)
{
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);
	int program = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "raw", "GPL", nothing,
				    sizeof(nothing) / sizeof(*nothing), NULL);

	facts->raw_error = program < 0 ? -program : 0;
	if (program < 0)
		return;
	facts->misses_counted =
		!bpf_obj_get_info_by_fd(program, &info, &size) &&
		size >= offsetof(struct bpf_prog_info, recursion_misses) + sizeof(uint64_t);
	close(program);
}

static void gather_btf(struct facts *facts, struct sources *sources)
{
	facts->btf_error = -layout_from_btf(&sources->kernel, NULL);
	facts->btf_tracepoint = sources->kernel.tracepoint_id > 0;
	facts->btf_protocol =
		layout_has(&sources->kernel, FIELD_PROTOCOL) && sources->kernel.protocol_bytes == 2;
}

/* Some kernels have BTF but cannot attach programs to functions. */
static void gather_fexit(struct facts *facts, const struct sources *sources)
{
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FEXIT,
		    .attach_btf_id = (__u32)sources->kernel.accept_id);
	int program;

	facts->fexit_error = ENOENT;
	if (!opts.attach_btf_id)
		return;
	program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "fexit", "GPL", nothing,
				sizeof(nothing) / sizeof(*nothing), &opts);
	facts->fexit_error = program < 0 ? -program : 0;
	if (program >= 0)
		close(program);
}

static void gather_tracefs(struct facts *facts, struct sources *sources)
{
	sources->tracefs = tracefs_open(&facts->tracefs_own);
	if (sources->tracefs < 0) {
		facts->tracefs_error = -sources->tracefs;
		sources->tracefs = -1;
		return;
	}
	facts->kprobe_events = !faccessat(sources->tracefs, "kprobe_events", W_OK, 0);
}

static void gather_kprobe(struct facts *facts)
{
	char text[32];

	if (read_text("/sys/bus/event_source/devices/kprobe/type", text, sizeof(text)))
		facts->kprobe_pmu = atoi(text);
}

static void gather_ipv6(struct facts *facts)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	facts->ipv6 = fd >= 0;
	if (fd >= 0)
		close(fd);
}

void facts_gather(struct facts *facts, struct sources *sources)
{
	memset(facts, 0, sizeof(*facts));
	memset(sources, 0, sizeof(*sources));
	layout_init(&sources->kernel);
	gather_release(facts);
	gather_capabilities(facts);
	gather_lockdown(facts);
	gather_mounts(facts);
	gather_bpf(facts);
	gather_raw(facts);
	gather_btf(facts, sources);
	gather_fexit(facts, sources);
	gather_tracefs(facts, sources);
	gather_kprobe(facts);
	gather_ipv6(facts);
}

void sources_close(struct sources *sources)
{
	if (sources->tracefs >= 0)
		close(sources->tracefs);
}

bool facts_have_kprobes(const struct facts *facts)
{
	return facts->kprobe_pmu || facts->kprobe_events;
}

const char *lockdown_name(enum lockdown lockdown)
{
	static const char *const names[] = { "none", "integrity", "confidentiality" };

	return names[lockdown];
}
