/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sees each cgroup that is created, so that its name is known even if it is gone at once. */
#ifndef TCPLIFE_CGROUP_WATCH_H
#define TCPLIFE_CGROUP_WATCH_H

#include <stddef.h>
#include <stdint.h>

struct facts;
struct layout;
struct cgroup_watch;

/*
 * Begins to watch. Returns NULL with a line in `why` if this kernel does not allow that: it takes a
 * ring buffer (5.8) and BTF. Free it with cgroup_watch_free().
 */
struct cgroup_watch *cgroup_watch_new(const struct layout *layout, const struct facts *facts,
				      char *why, size_t size);
void cgroup_watch_free(struct cgroup_watch *watch);

/*
 * The path of the next new cgroup, from the root of the tree, and its id in *id. The path is valid
 * until the next call. Returns NULL if there is none.
 */
const char *cgroup_watch_next(struct cgroup_watch *watch, uint64_t *id);

#endif
