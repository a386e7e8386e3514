/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names the cgroups of sessions, by the mounted tree and by what the kernel tells of new ones. */
#ifndef TCPLIFE_CGROUP_NAMES_H
#define TCPLIFE_CGROUP_NAMES_H

#include <stdbool.h>

#include "choice.h"
#include "session/filter.h"
#include "session/session.h"

struct cgroup_names;

/*
 * Begins to watch, then reads the tree, so that no cgroup is missed. Prints warnings about what
 * cannot be seen, and about values of --cgroup and --container that may be wrong; if `verbose`,
 * also why short-lived cgroups may have no name. Returns NULL, with a warning, if out of memory.
 * Free it with cgroup_names_free().
 */
struct cgroup_names *cgroup_names_new(const struct choice *choice, const struct filter *filter,
				      bool verbose);
/* NULL is allowed in each function below, and then knows no name. */
void cgroup_names_free(struct cgroup_names *names);

/* Takes what the kernel has told. Call it often, since the kernel has room for about 500 cgroups.
 */
void cgroup_names_learn(struct cgroup_names *names);
/* Fills in the names of the session's cgroup, valid until the next call. */
void cgroup_names_fill(struct cgroup_names *names, struct session *session);

#endif
