/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which cgroup an id stands for: what service or container a session belonged to. */
#ifndef TCPLIFE_CGROUPS_H
#define TCPLIFE_CGROUPS_H

#include <stddef.h>
#include <stdint.h>

struct cgroups;

/*
 * Reads the tree of cgroups (version 2, where bpf_get_current_cgroup_id() looks) as it is now, so
 * that a cgroup is still known when it has gone. NULL if there is none, or no memory. To be freed
 * by cgroups_free().
 */
struct cgroups *cgroups_new(void);
void cgroups_free(struct cgroups *cgroups);

/*
 * The path of a cgroup from the root of the tree, "/system.slice/nginx.service"; NULL if unknown.
 * An id that is new makes it read the tree again. It stays valid until the next call.
 */
const char *cgroups_path(struct cgroups *cgroups, uint64_t id);

/*
 * What a person calls it: the first twelve digits of a container's id if the path holds one, else
 * its last component. Returns a part of path, and its length in *length.
 */
const char *cgroup_label(const char *path, size_t *length);

#endif
