/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finds the cgroup of an id, which tells a session's service, container and pod. */
#ifndef TCPLIFE_CGROUPS_H
#define TCPLIFE_CGROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup_pattern.h"

struct cgroups;
struct text;

struct cgroup {
	const char *path;      /* NULL: unknown */
	const char *container; /* its id; NULL: unknown or none */
	const char *pod;       /* its UID; NULL: unknown or none */
};

/*
 * Reads the cgroup tree (version 2, which bpf_get_current_cgroup_id() refers to) now, so that a
 * cgroup is still known after it is gone. Returns NULL if out of memory. Free it with
 * cgroups_free().
 */
struct cgroups *cgroups_new(void);
void cgroups_free(struct cgroups *cgroups);

/* Which cgroups of this machine cannot be named, and the remedy; NULL: all can. */
const char *cgroups_blindness(const struct cgroups *cgroups);

/* Notes the path of a cgroup that was created. */
void cgroups_add(struct cgroups *cgroups, uint64_t id, const char *path);

/*
 * The names of a cgroup, valid until the next call. A path begins with "/", the root of the tree,
 * or with ".", the root of our own cgroup namespace, if that is all we can see. Reads the tree
 * again for a new id. cgroups may be NULL.
 */
struct cgroup cgroups_find(struct cgroups *cgroups, uint64_t id);

/*
 * Writes what is wrong with a pattern now, and the remedy: no cgroup matches, or more than one
 * container does. Returns false if nothing is wrong.
 */
bool cgroups_doubt(const struct cgroups *cgroups, const struct cgroup_pattern *pattern,
		   struct text *why);

#endif
