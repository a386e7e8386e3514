// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "netns.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/message.h"
#include "base/text.h"
#include "proc.h"

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

/* Whether a process that we may look into is in it; also true if /proc hides processes. */
static bool has_process(uint32_t inode)
{
	DIR *proc = proc_blindness() ? NULL : opendir(proc_root());
	const struct dirent *entry;
	bool found = !proc;

	while (!found && (entry = readdir(proc))) {
		char path[32];
		struct stat ns;

		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%.20s/ns/net", entry->d_name);
		found = !fstatat(dirfd(proc), path, &ns, 0) && ns.st_ino == inode;
	}
	if (proc)
		closedir(proc);
	return found;
}

/* Whether something like /run/netns/NAME keeps it. */
static bool is_mounted(uint32_t inode)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, wanted[32];
	size_t size = 0;
	bool found = !mounts;

	snprintf(wanted, sizeof(wanted), " net:[%u] ", inode);
	while (!found && getline(&line, &size, mounts) > 0)
		found = strstr(line, wanted);
	free(line);
	if (mounts)
		fclose(mounts);
	return found;
}

void netns_doubt(const uint32_t *inodes, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!has_process(inodes[i]) && !is_mounted(inodes[i]))
			message("warning: --netns: no process that can be seen is in a network "
				"namespace %u now; it may appear later",
				inodes[i]);
}
