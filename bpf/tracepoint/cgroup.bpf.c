// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Tells the path of each cgroup when it is created: that of a short-lived container may be gone
 * before user space could look.
 */
#include "kernel.bpf.h"
#include "cgroup.h"

struct cgroup_root {
	int hierarchy_id; /* 0: version 2 */
} CORE;

struct kernfs_node {
	__u64 id;
} CORE;

struct cgroup {
	__u64 kn;   /* pointer to struct kernfs_node */
	__u64 root; /* pointer to struct cgroup_root */
} CORE;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} created SEC(".maps");

/* Arguments: struct cgroup *cgrp, const char *path. */
SEC("raw_tp/cgroup_mkdir")
int cgroup_made(struct bpf_raw_tracepoint_args *ctx)
{
	const struct cgroup *cgroup = (const struct cgroup *)ctx->args[0];
	struct cgroup_created *r;
	int hierarchy = -1;
	__u64 at = 0;

	read_kernel(&at, sizeof(at), &cgroup->root);
	read_kernel(&hierarchy, sizeof(hierarchy), &((const struct cgroup_root *)at)->hierarchy_id);
	if (hierarchy)
		return 0;
	r = bpf_ringbuf_reserve(&created, sizeof(*r), 0);
	if (!r)
		return 0;
	read_kernel(&at, sizeof(at), &cgroup->kn);
	read_kernel(&r->id, sizeof(r->id), &((const struct kernfs_node *)at)->id);
	bpf_probe_read_kernel_str(r->path, sizeof(r->path), (const void *)ctx->args[1]);
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return 0;
}

const char LICENSE[] SEC("license") = "Dual BSD/GPL";
