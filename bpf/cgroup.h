/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A cgroup that was created while tracing: an entry of the map `created`. */
#ifndef TCPLIFE_BPF_CGROUP_H
#define TCPLIFE_BPF_CGROUP_H

#include <linux/types.h>

#define CGROUP_PATH_SIZE 512 /* bytes, NUL included */

struct cgroup_created {
	__u64 id;		     /* as bpf_get_current_cgroup_id() returns it */
	char path[CGROUP_PATH_SIZE]; /* from the root of the tree; full if it was longer */
};

#endif
