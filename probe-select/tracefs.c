// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "aside.h"

static int open_directory(const char *path)
{
	struct statfs fs;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) || fs.f_type != TRACEFS_MAGIC) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

/*
 * Runs aside: any directory will do to mount on, since nobody else will see it. In a chroot "/" is no
 * mount, so what is mounted below it is made private instead, each for itself.
 */
static int mount_aside(void *arg)
{
	static const char *const points[] = { "/sys/kernel/tracing", "/sys", "/proc", "/dev", "/tmp" };
	int *fd = arg;
	bool private;

	if (unshare(CLONE_NEWNS)) {
		*fd = -errno;
		return 0;
	}
	private = !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	*fd = -ENOENT;
	for (size_t i = 0; i < sizeof(points) / sizeof(*points) && *fd < 0; i++) {
		const char *point = points[i];

		if ((private || !mount(NULL, point, NULL, MS_REC | MS_PRIVATE, NULL)) &&
		    !mount("tracefs", point, "tracefs", 0, NULL))
			*fd = open_directory(point);
		else if (errno != ENOENT && errno != ENOTDIR)
			*fd = -errno;
	}
	return 0;
}

int tracefs_open(bool *own)
{
	int fd = open_directory("/sys/kernel/tracing"), result;

	*own = false;
	if (fd < 0)
		fd = open_directory("/sys/kernel/debug/tracing");
	if (fd >= 0)
		return fd;
	*own = true;
	result = aside_run(mount_aside, &fd);
	return result ? result : fd;
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
