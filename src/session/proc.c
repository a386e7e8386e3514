// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pidns.h"

struct holding {
	uint64_t inode;
	uint32_t pid;
};

struct proc {
	struct holding *list; /* sorted by inode, then by pid */
	size_t count;
	size_t capacity;
	const char *root; /* where it is mounted */
	bool denied;	  /* a process's descriptors were not readable */
};

const char *proc_blindness(void)
{
	const char *proc = pidns_proc();
	char path[32];

	if (!proc)
		return "cannot see processes outside this PID namespace, nor the sessions that "
		       "they own: run it in the host's (--pid host), or add -v /proc:/host/proc:ro";
	snprintf(path, sizeof(path), "%s/1", proc);
	if (access(path, F_OK))
		return "/proc hides other users' processes, and so the sessions that they own: "
		       "mount it without hidepid, or run with CAP_SYS_PTRACE";
	return NULL;
}

const char *proc_root(void)
{
	const char *hosts = pidns_proc();

	return hosts ? hosts : "/proc";
}

static int compare(const void *a, const void *b)
{
	const struct holding *one = a, *other = b;

	if (one->inode != other->inode)
		return one->inode < other->inode ? -1 : 1;
	return one->pid < other->pid ? -1 : one->pid > other->pid;
}

static bool add(struct proc *proc, uint64_t inode, uint32_t pid)
{
	if (proc->count == proc->capacity) {
		const size_t capacity = proc->capacity ? 2 * proc->capacity : 1024;
		struct holding *list = realloc(proc->list, capacity * sizeof(*list));

		if (!list)
			return false;
		proc->list = list;
		proc->capacity = capacity;
	}
	proc->list[proc->count++] = (struct holding){ .inode = inode, .pid = pid };
	return true;
}

/* False if out of memory. Ignores a descriptor or process that is gone by now. */
static bool add_descriptor(struct proc *proc, int fds, const char *name, uint32_t pid)
{
	char target[64];
	unsigned long long inode;
	const ssize_t length = readlinkat(fds, name, target, sizeof(target) - 1);

	if (length < 0)
		return true;
	target[length] = '\0';
	if (strncmp(target, "socket:[", 8) != 0)
		return true;
	inode = strtoull(target + 8, NULL, 10);
	return add(proc, inode, pid);
}

static bool add_process(struct proc *proc, int root, const char *pid)
{
	const uint32_t number = (uint32_t)strtoul(pid, NULL, 10);
	const struct dirent *entry;
	bool ok = true;
	char path[32];
	DIR *fds;
	int fd;

	snprintf(path, sizeof(path), "%.20s/fd", pid);
	fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		proc->denied = proc->denied || errno == EACCES || errno == EPERM;
		return true;
	}
	fds = fdopendir(fd);
	if (!fds) {
		close(fd);
		return false;
	}
	while (ok && (entry = readdir(fds)))
		ok = add_descriptor(proc, fd, entry->d_name, number);
	closedir(fds);
	return ok;
}

struct proc *proc_new(void)
{
	struct proc *proc = calloc(1, sizeof(*proc));
	const char *where = proc_root();
	DIR *root = opendir(where);
	const struct dirent *entry;
	bool ok = proc && root;
	int error = errno;

	if (proc)
		proc->root = where;

	while (ok && (entry = readdir(root)))
		if (isdigit((unsigned char)entry->d_name[0]))
			ok = add_process(proc, dirfd(root), entry->d_name);
	if (proc && root && !ok)
		error = ENOMEM;
	if (root)
		closedir(root);
	if (!ok) {
		proc_free(proc);
		errno = error;
		return NULL;
	}
	qsort(proc->list, proc->count, sizeof(*proc->list), compare);
	return proc;
}

int proc_denied(const struct proc *proc)
{
	return proc->denied ? -EACCES : 0;
}

void proc_free(struct proc *proc)
{
	if (!proc)
		return;
	free(proc->list);
	free(proc);
}

/* The first entry with this inode, or NULL. */
static const struct holding *find(const struct proc *proc, uint64_t inode)
{
	size_t low = 0, high = proc->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (proc->list[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < proc->count && proc->list[low].inode == inode ? &proc->list[low] : NULL;
}

static bool read_comm(const char *proc, uint32_t pid, char comm[COMM_LEN])
{
	char path[32], text[COMM_LEN + 1];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%s/%u/comm", proc, pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = read(fd, text, sizeof(text));
	close(fd);
	if (length <= 0)
		return false;
	/* The kernel adds a newline; the name itself may contain others. */
	if (text[length - 1] == '\n')
		length--;
	memset(comm, 0, COMM_LEN);
	memcpy(comm, text, (size_t)(length < COMM_LEN ? length : COMM_LEN - 1));
	return true;
}

bool proc_own(const struct proc *proc, uint64_t inode, struct record *record)
{
	const struct holding *holding = inode ? find(proc, inode) : NULL;

	if (!holding || !read_comm(proc->root, holding->pid, record->comm))
		return false;
	record->pid = holding->pid;
	record->owner = OWNER_PROC;
	return true;
}
