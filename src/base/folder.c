// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

int folder_open(const char *name, const char **base)
{
	const char *slash = strrchr(name, '/');
	const int length = slash ? (int)(slash - name) + 1 : 0;
	char path[PATH_MAX];

	*base = name + length;
	if ((size_t)length >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	snprintf(path, sizeof(path), "%.*s", length, name);
	return open(length ? path : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}
