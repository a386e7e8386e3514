// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cgroup_pattern.h"

#include <fnmatch.h>
#include <string.h>

#include "container.h"

bool cgroup_pattern_matches(const struct cgroup_pattern *pattern, const char *path)
{
	char glob[CGROUP_PATTERN_LONGEST + 1], whole[CONTAINER_ID_SIZE];

	if (pattern->container)
		return container_within(path, pattern->word, pattern->length, whole);
	memcpy(glob, pattern->word, pattern->length);
	glob[pattern->length] = '\0';
	if (*glob == '/' || *glob == '.')
		return !fnmatch(glob, path, FNM_LEADING_DIR);
	while ((path = strchr(path, '/')))
		if (!fnmatch(glob, ++path, FNM_LEADING_DIR))
			return true;
	return false;
}
