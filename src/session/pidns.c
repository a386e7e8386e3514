// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "pidns.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INITIAL_PID_NAMESPACE 0xeffffffcU /* PROC_PID_INIT_INO, include/linux/proc_ns.h */
#define MOUNTED		      "/host/proc"
#define KTHREADD	      "/2/comm" /* the second process of every machine, and of no container */

static ino_t inode_of(const char *path)
{
	struct stat found;

	return stat(path, &found) ? 0 : found.st_ino;
}

bool pidns_differs(void)
{
	const ino_t ours = inode_of("/proc/self/ns/pid");

	return ours && ours != INITIAL_PID_NAMESPACE;
}

/* Reads a small file as text. */
static bool read_text(const char *path, char *text, size_t size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[length < 0 ? 0 : length] = '\0';
	return length > 0;
}

/*
 * The number of PID namespaces, from that of the proc file system down to its own, in which the
 * process has a PID; its own in *last. 0: unknown (before 4.1).
 */
static size_t read_levels(const char *proc, const char *process, uint32_t *last)
{
	char path[64], status[4096];
	const char *at;
	size_t levels = 0;

	snprintf(path, sizeof(path), "%s/%.20s/status", proc, process);
	if (!read_text(path, status, sizeof(status)))
		return 0;
	at = strstr(status, "\nNSpid:");
	if (!at)
		return 0;
	for (at += strlen("\nNSpid:"); *at == '\t'; levels++) {
		char *end;

		*last = (uint32_t)strtoul(at + 1, &end, 10);
		at = end;
	}
	return levels;
}

/* Whether this is the proc file system of the initial PID namespace, and we are in another. */
static bool is_hosts(const char *proc)
{
	char path[64], comm[32];
	uint32_t own;

	snprintf(path, sizeof(path), "%s" KTHREADD, proc);
	return read_levels(proc, "self", &own) > 1 && read_text(path, comm, sizeof(comm)) &&
	       !strcmp(comm, "kthreadd\n");
}

const char *pidns_proc(void)
{
	if (!pidns_differs() || is_hosts("/proc"))
		return "/proc";
	return is_hosts(MOUNTED) ? MOUNTED : NULL;
}

/* Notes the process in `found` if one of the PIDs is its PID in our namespace, `ours`. */
static void take_process(const char *proc, const char *process, ino_t ours, const uint32_t *pids,
			 size_t count, uint32_t *found)
{
	char path[64];
	uint32_t pid;

	snprintf(path, sizeof(path), "%s/%.20s/ns/pid", proc, process);
	if (inode_of(path) != ours || !read_levels(proc, process, &pid))
		return;
	for (size_t i = 0; i < count; i++)
		if (pids[i] == pid)
			found[i] = (uint32_t)strtoul(process, NULL, 10);
}

uint32_t pidns_translate(uint32_t *pids, size_t count)
{
	const char *proc = pidns_proc();
	const ino_t ours = inode_of("/proc/self/ns/pid");
	uint32_t *found = calloc(count, sizeof(*found)), missing = 0;
	DIR *dir = proc ? opendir(proc) : NULL;
	const struct dirent *entry;

	while (found && dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			take_process(proc, entry->d_name, ours, pids, count, found);
	if (dir)
		closedir(dir);
	for (size_t i = 0; i < count && !missing; i++)
		missing = found && found[i] ? 0 : pids[i];
	if (found && !missing)
		memcpy(pids, found, count * sizeof(*pids));
	free(found);
	return missing;
}
