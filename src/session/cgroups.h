/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finds the cgroup of an id, which tells a session's service or container. */
#ifndef TCPLIFE_CGROUPS_H
#define TCPLIFE_CGROUPS_H

#include <stddef.h>
#include <stdint.h>

struct cgroups;

/*
 * Reads the cgroup tree (version 2, which bpf_get_current_cgroup_id() refers to) now, so that a
 * cgroup is still known after it is gone. Returns NULL if there is no such tree or memory runs out.
 * Free it with cgroups_free().
 */
struct cgroups *cgroups_new(void);
void cgroups_free(struct cgroups *cgroups);

/*
 * The cgroup's path from the root of the tree, "/system.slice/nginx.service"; NULL if unknown.
 * Reads the tree again for a new id. The path is valid until the next call.
 */
const char *cgroups_path(struct cgroups *cgroups, uint64_t id);

/*
 * A short name for a cgroup: the first twelve digits of a container's id if the path holds one,
 * else its last component. Returns a part of path and stores its length in *length.
 */
const char *cgroup_label(const char *path, size_t *length);

#endif
