// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Directories of pseudo file systems that are not mounted in the usual places. Needs root. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/pseudofs.h"
#include "check.h"

static const char *const nowhere[] = { "/nowhere", "/proc", NULL };

static bool has_file(int directory, const char *name)
{
	return directory >= 0 && !faccessat(directory, name, F_OK, 0);
}

/* Reads all mounts in our namespace. */
static char *mounts(void)
{
	static char text[1 << 16];
	int fd = open("/proc/self/mounts", O_RDONLY);
	ssize_t length = read(fd, text, sizeof(text) - 1);

	text[length > 0 ? length : 0] = 0;
	close(fd);
	return strdup(text);
}

/* As tracefs was found before 4.1. Newer kernels mount it there automatically. */
static void test_directory_in_debugfs(void)
{
	static const struct pseudofs debugfs = { "debugfs", DEBUGFS_MAGIC, nowhere, "tracing" };
	char *before = mounts(), *after;
	bool own = false;
	int fd = pseudofs_open(&debugfs, &own);

	CHECK(own && has_file(fd, "trace"));
	after = mounts();
	CHECK_TEXT(after, before);
	free(before);
	free(after);
	close(fd);
}

static void test_root(void)
{
	static const struct pseudofs tracefs = { "tracefs", TRACEFS_MAGIC, nowhere, NULL };
	bool own = false;
	int fd = pseudofs_open(&tracefs, &own);

	CHECK(own && has_file(fd, "trace"));
	close(fd);
}

static void test_mounted_already(void)
{
	static const char *const usual[] = { "/nowhere", "/proc", NULL };
	static const struct pseudofs proc = { "proc", PROC_SUPER_MAGIC, usual, "self" };
	bool own = true;
	int fd = pseudofs_open(&proc, &own);

	CHECK(!own && has_file(fd, "status"));
	close(fd);
}

static void test_missing(void)
{
	static const struct pseudofs unknown = { "nosuchfs", 0x1234, nowhere, NULL };
	static const struct pseudofs without = { "tmpfs", TMPFS_MAGIC, nowhere, "nothing" };
	bool own;

	CHECK(pseudofs_open(&unknown, &own) == -ENODEV);
	CHECK(pseudofs_open(&without, &own) == -ENOENT);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "directory_in_debugfs", test_directory_in_debugfs },
		{ "root", test_root },
		{ "mounted_already", test_mounted_already },
		{ "missing", test_missing },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases));
}
