// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "pseudofs.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "helper.h"

struct mounting {
	const struct pseudofs *fs;
	int fd; /* the result; or -errno */
};

int pseudofs_open_at(const struct pseudofs *fs, const char *path)
{
	struct statfs found;
	int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;

	if (root < 0)
		return -errno;
	if (fstatfs(root, &found) || (long)found.f_type != fs->magic) {
		close(root);
		return -ENOENT;
	}
	if (!fs->directory)
		return root;
	fd = openat(root, fs->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	close(root);
	return fd;
}

/*
 * Runs in the helper process. It may mount over any directory, since no other process sees the
 * mount. In a chroot "/" is not a mount point, so each mount below it is made private on its own.
 */
static int mount_in_helper(void *arg)
{
	static const char *const points[] = { "/sys/kernel/tracing", "/sys", "/proc", "/dev",
					      "/tmp" };
	struct mounting *m = arg;
	const char *type = m->fs->type;
	bool private;

	if (unshare(CLONE_NEWNS)) {
		m->fd = -errno;
		return 0;
	}
	private = !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	m->fd = -ENOENT;
	for (size_t i = 0; i < sizeof(points) / sizeof(*points) && m->fd < 0; i++) {
		const char *point = points[i];

		if ((private || !mount(NULL, point, NULL, MS_REC | MS_PRIVATE, NULL)) &&
		    !mount(type, point, type, 0, NULL))
			m->fd = pseudofs_open_at(m->fs, point);
		else if (errno != ENOENT && errno != ENOTDIR)
			m->fd = -errno;
	}
	return 0;
}

int pseudofs_open(const struct pseudofs *fs, bool *own)
{
	struct mounting mounting = { .fs = fs, .fd = -ENOENT };
	int result;

	*own = false;
	for (const char *const *path = fs->usual; *path; path++) {
		int fd = pseudofs_open_at(fs, *path);

		if (fd >= 0)
			return fd;
	}
	*own = true;
	result = helper_run(mount_in_helper, &mounting);
	return result ? result : mounting.fd;
}
