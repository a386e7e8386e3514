/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The values of --cgroup and --container. */
#ifndef TCPLIFE_CGROUP_PATTERN_H
#define TCPLIFE_CGROUP_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#define CGROUP_PATTERN_LONGEST 1000

struct cgroup_pattern {
	bool container;	  /* the id of a container, else a shell pattern for a cgroup */
	const char *word; /* not NUL-terminated; borrowed */
	size_t length;	  /* 1 to CGROUP_PATTERN_LONGEST */
};

/*
 * Whether the cgroup matches or lies below one that does. A shell pattern that begins with "/" or
 * "." matches from the start of the path, any other from the start of a component. "*" matches
 * slashes, too.
 */
bool cgroup_pattern_matches(const struct cgroup_pattern *pattern, const char *path);

#endif
