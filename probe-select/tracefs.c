// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/pseudofs.h"

int tracefs_open(bool *own)
{
	static const char *const tracefs_usual[] = { "/sys/kernel/tracing",
						     "/sys/kernel/debug/tracing", NULL };
	static const char *const debugfs_usual[] = { "/sys/kernel/debug", NULL };
	static const struct pseudofs tracefs = { "tracefs", TRACEFS_MAGIC, tracefs_usual, NULL };
	static const struct pseudofs debugfs = { "debugfs", DEBUGFS_MAGIC, debugfs_usual,
						 "tracing" };
	int fd = pseudofs_open(&tracefs, own);

	/* Before 4.1 it is a directory of debugfs. */
	return fd == -ENODEV ? pseudofs_open(&debugfs, own) : fd;
}

ssize_t tracefs_read(int tracefs, const char *path, char *text, size_t size)
{
	int fd = openat(tracefs, path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got;

	if (fd < 0)
		return -errno;
	while ((got = read(fd, text + length, size - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = 0;
	if (got < 0)
		got = -errno;
	close(fd);
	return got < 0 ? got : (ssize_t)length;
}

int tracefs_event_id(int tracefs, const char *event)
{
	char path[128], text[32];
	ssize_t got;

	snprintf(path, sizeof(path), "events/%s/id", event);
	got = tracefs_read(tracefs, path, text, sizeof(text));
	return got < 0 ? (int)got : atoi(text);
}
