// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/text.h"

#define PID_LARGEST 4194304 /* of every kernel; inode numbers of namespaces are far above */

/* Before 4.11 the kernel does not tell what kind of namespace it is. */
static bool is_netns(int fd)
{
	struct statfs fs;
	int kind;

	if (fstatfs(fd, &fs) || fs.f_type != NSFS_MAGIC)
		return false;
	kind = ioctl(fd, NS_GET_NSTYPE);
	return kind < 0 || kind == CLONE_NEWNET;
}

/* of_process: a missing file means that there is no such process. */
static const char *read_inode(const char *path, bool of_process, uint32_t *inode)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat found = { 0 };
	bool right;

	if (fd < 0) {
		if (errno == EACCES || errno == EPERM)
			return "is not ours to look at: run as root, with CAP_SYS_PTRACE, or give "
			       "an inode number";
		return of_process ? "is not the PID of a process here" : "does not exist";
	}
	right = is_netns(fd) && !fstat(fd, &found);
	close(fd);
	if (!right)
		return "is not a network namespace";
	*inode = (uint32_t)found.st_ino;
	return NULL;
}

const char *netns_find(const char *word, size_t length, uint32_t *inode)
{
	char path[PATH_MAX];
	uint64_t number;

	if (length == 4 && !memcmp(word, "self", 4))
		return read_inode("/proc/self/ns/net", false, inode);
	if (memchr(word, '/', length)) {
		if (length >= sizeof(path))
			return "is too long";
		memcpy(path, word, length);
		path[length] = '\0';
		return read_inode(path, false, inode);
	}
	if (!text_read_number(word, length, UINT32_MAX, &number) || !number)
		return "is not a network namespace (an inode number, a PID, a path such as "
		       "/run/netns/NAME, or self)";
	if (number > PID_LARGEST) {
		*inode = (uint32_t)number;
		return NULL;
	}
	snprintf(path, sizeof(path), "/proc/%u/ns/net", (unsigned)number);
	return read_inode(path, true, inode);
}
