// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static char root[] = "/tmp/tcplife-memory-XXXXXX";

/* Writes a limit of a cgroup below the root, and creates the folders. */
static void limit(const char *cgroup, const char *name, const char *value)
{
	char path[512];
	FILE *file;

	for (const char *at = cgroup; (at = strchr(at, '/')); at++) {
		snprintf(path, sizeof(path), "%s/%.*s", root, (int)(at - cgroup), cgroup);
		mkdir(path, 0700);
	}
	snprintf(path, sizeof(path), "%s/%s%s", root, cgroup, name);
	file = fopen(path, "w");
	if (!CHECK(file != NULL))
		return;
	fputs(value, file);
	fclose(file);
}

static void test_version_2(void)
{
	limit("", "memory.max", "max\n");
	limit("a/", "memory.max", "300000000\n");
	limit("a/b/", "memory.max", "max\n");
	limit("a/b/c/", "memory.max", "400000000\n");
	CHECK(memory_limit("0::/a/b/c\n", root) == 300000000);
	CHECK(memory_limit("0::/a/b\n", root) == 300000000);
	CHECK(memory_limit("0::/\n", root) == UINT64_MAX);
	/* A path of the host, seen in a container. */
	CHECK(memory_limit("0::/kubepods/pod1/container\n", root) == UINT64_MAX);
	limit("", "memory.max", "64000000\n");
	CHECK(memory_limit("0::/kubepods/pod1/container\n", root) == 64000000);
	CHECK(memory_limit("0::/../other", root) == 64000000);
}

static void test_version_1(void)
{
	limit("", "memory.max", "max\n");
	limit("memory/", "memory.limit_in_bytes", "9223372036854771712\n");
	limit("memory/docker/x/", "memory.limit_in_bytes", "50000000\n");
	CHECK(memory_limit("12:cpu,cpuacct:/docker/x\n9:memory:/docker/x\n0::/\n", root) ==
	      50000000);
	CHECK(memory_limit("9:hugetlb,memory:/docker/x", root) == 50000000);
	CHECK(memory_limit("9:memoryless:/docker/x\n", root) == UINT64_MAX);
	CHECK(memory_limit("9:memory:/docker\n", root) == 9223372036854771712ull);
}

static void test_nonsense(void)
{
	limit("bad/", "memory.max", "a lot\n");
	CHECK(memory_limit("0::/bad\n", root) == UINT64_MAX);
	CHECK(memory_limit("", root) == UINT64_MAX);
	CHECK(memory_limit("\n\n", root) == UINT64_MAX);
	CHECK(memory_limit("no colon", root) == UINT64_MAX);
	CHECK(memory_limit("1:one colon", root) == UINT64_MAX);
	CHECK(memory_available() > 0);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "version-2", test_version_2 },
		{ "version-1", test_version_1 },
		{ "nonsense", test_nonsense },
	};
	int result;

	if (!mkdtemp(root))
		return 1;
	result = check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
	/* NOLINTNEXTLINE(cert-env33-c): removes our own folder */
	execlp("sh", "sh", "-c", result ? "rm -r \"$0\"; exit 1" : "rm -r \"$0\"", root, NULL);
	return 1;
}
