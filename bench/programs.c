// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "programs.h"

#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "common.h"

int programs_count(void)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	if (fd < 0)
		die("cannot let the kernel count what programs cost (5.8, as root)");
	return fd;
}

uint32_t programs_newest(void)
{
	uint32_t id = 0;

	while (!bpf_prog_get_next_id(id, &id))
		;
	return id;
}

struct programs programs_since(uint32_t newest)
{
	struct programs sum = {};
	uint32_t id = newest;

	while (!bpf_prog_get_next_id(id, &id)) {
		struct bpf_prog_info info = {};
		uint32_t size = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &size)) {
			sum.run_ns += info.run_time_ns;
			if (info.run_cnt > sum.runs)
				sum.runs = info.run_cnt;
		}
		close(fd);
	}
	return sum;
}

uint32_t maps_newest(void)
{
	uint32_t id = 0;

	while (!bpf_map_get_next_id(id, &id))
		;
	return id;
}

/* The size that the map's fdinfo reports. */
static long map_kb(int fd)
{
	char path[64], line[128];
	unsigned long long bytes = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "memlock:", 8))
			bytes = strtoull(line + 8, NULL, 10);
	if (file)
		fclose(file);
	return (long)(bytes / 1024);
}

long maps_kb_since(uint32_t newest)
{
	uint32_t id = newest;
	long sum = 0;

	while (!bpf_map_get_next_id(id, &id)) {
		int fd = bpf_map_get_fd_by_id(id);

		if (fd < 0)
			continue;
		sum += map_kb(fd);
		close(fd);
	}
	return sum;
}

void programs_attach_empty(void)
{
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_RAW_TP);
	int id = libbpf_find_vmlinux_btf_id("inet_sock_set_state", BPF_TRACE_RAW_TP);
	int program;

	if (id < 0) {
		errno = -id;
		die("the tracepoint in the kernel's BTF");
	}
	opts.attach_btf_id = (uint32_t)id;
	program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "empty", "GPL", nothing, 2, &opts);
	if (program < 0 || bpf_raw_tracepoint_open(NULL, program) < 0)
		die("the empty program");
}
