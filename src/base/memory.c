// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "memory.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

#define SELF_CGROUP_BYTES 4096

/* Reads a limit from a file. "max" and a file that cannot be read mean no limit. */
static uint64_t limit_read(const char *directory, const char *name)
{
	char path[PATH_MAX], text[32] = {};
	char *end;
	uint64_t limit;
	FILE *file;

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
		return UINT64_MAX;
	file = fopen(path, "re");
	if (!file)
		return UINT64_MAX;
	if (!fgets(text, sizeof(text), file))
		*text = 0;
	fclose(file);
	errno = 0;
	limit = strtoull(text, &end, 10);
	return end == text || errno ? UINT64_MAX : limit;
}

/*
 * The smallest limit from a cgroup up to the root. In a container the path may be the host's and
 * not exist here, but then the root is the container's own cgroup.
 */
static uint64_t limit_upwards(const char *root, const char *cgroup, const char *name)
{
	const size_t root_length = strlen(root);
	uint64_t least = UINT64_MAX, limit;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s%s", root, cgroup) >= (int)sizeof(path))
		return UINT64_MAX;
	for (;;) {
		char *slash;

		limit = limit_read(path, name);
		least = limit < least ? limit : least;
		slash = strrchr(path, '/');
		if (!slash || (size_t)(slash - path) < root_length)
			return least;
		*slash = 0;
	}
}

/* Whether a list of controllers such as "cpu,memory" contains this one. */
static bool has_controller(const char *list, size_t length, const char *controller)
{
	const size_t wanted = strlen(controller);

	for (const char *at = list; at < list + length;) {
		const size_t word = strcspn(at, ",:");

		if (word == wanted && !memcmp(at, controller, wanted))
			return true;
		at += word + 1;
	}
	return false;
}

/* A line reads "NUMBER:CONTROLLERS:PATH". Version 2 has number 0 and no controllers. */
static uint64_t limit_of_line(const char *line, const char *root)
{
	const char *controllers = strchr(line, ':');
	const char *path = controllers ? strchr(controllers + 1, ':') : NULL;
	char memory[PATH_MAX], cgroup[PATH_MAX];

	if (!path || (size_t)snprintf(cgroup, sizeof(cgroup), "%.*s", (int)strcspn(path + 1, "\n"),
				      path + 1) >= sizeof(cgroup))
		return UINT64_MAX;
	if (controllers + 1 == path)
		return limit_upwards(root, cgroup, "memory.max");
	if (!has_controller(controllers + 1, (size_t)(path - controllers - 1), "memory") ||
	    snprintf(memory, sizeof(memory), "%s/memory", root) >= (int)sizeof(memory))
		return UINT64_MAX;
	return limit_upwards(memory, cgroup, "memory.limit_in_bytes");
}

uint64_t memory_limit(const char *self_cgroup, const char *root)
{
	uint64_t least = UINT64_MAX;

	for (const char *line = self_cgroup; *line;) {
		const uint64_t limit = limit_of_line(line, root);

		least = limit < least ? limit : least;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return least;
}

uint64_t memory_available(void)
{
	char self[SELF_CGROUP_BYTES] = {};
	FILE *file = fopen("/proc/self/cgroup", "re");
	uint64_t limit, total = 0;
	struct sysinfo machine;

	if (file) {
		self[fread(self, 1, sizeof(self) - 1, file)] = 0;
		fclose(file);
	}
	limit = memory_limit(self, "/sys/fs/cgroup");
	if (!sysinfo(&machine))
		total = (uint64_t)machine.totalram * machine.mem_unit;
	return total && total < limit ? total : limit == UINT64_MAX ? total : limit;
}
