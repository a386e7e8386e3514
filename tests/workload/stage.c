// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "link.h"

static const struct stage *present;

const char *family_name(enum family family)
{
	static const char *const names[FAMILIES] = { "v4", "v6", "dual", "mapped" };

	return names[family];
}

void stage_set(const struct stage *stage)
{
	present = stage;
}

struct endpoint stage_address(struct stage *stage, bool server)
{
	const bool mapped =
		stage->family == FAMILY_MAPPED || (server && stage->family == FAMILY_DUAL);
	struct endpoint e;
	int status = endpoint_new(&e, stage->family == FAMILY_V6 ? 6 : 4, mapped);

	if (status == -EAFNOSUPPORT || status == -EACCES || status == -EOPNOTSUPP)
		stage_skip("no IPv6");
	if (status || stage->taken_count == STAGE_ADDRESSES)
		stage_fail("cannot take an address: %s", strerror(-status));
	if (server && stage->port)
		e.port = (uint16_t)(stage->port + stage->listeners++ % 2);
	stage->taken[stage->taken_count++] = e;
	return e;
}

void stage_clear(struct stage *stage)
{
	while (stage->taken_count)
		endpoint_drop(&stage->taken[--stage->taken_count]);
}

void stage_see_network(struct stage *stage)
{
	struct stat st;

	stage->netns = stat("/proc/self/ns/net", &st) ? -1 : (int64_t)st.st_ino;
}

void stage_own_network(struct stage *stage)
{
	int status = unshare(CLONE_NEWNET) ? -errno : link_up("lo");

	if (status)
		stage_fail("no network namespace of its own: %s (be root)", strerror(-status));
	stage_see_network(stage);
}

int stage_sysctl(const char *path, const char *value)
{
	char name[128];
	int fd, status = 0;

	snprintf(name, sizeof(name), "/proc/sys/%s", path);
	fd = open(name, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		status = -errno;
	close(fd);
	return status;
}

static void say(const char *format, va_list args)
{
	fprintf(stderr, "workload: %s/%s: ", present->scenario, family_name(present->family));
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void stage_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	exit(1);
}

void stage_skip(const char *format, ...)
{
	char line[256];
	int length = snprintf(line, sizeof(line), "# skip %s/%s: ", present->scenario,
			      family_name(present->family));
	va_list args;

	va_start(args, format);
	vsnprintf(line + length, sizeof(line) - (size_t)length - 1, format, args);
	va_end(args);
	strcat(line, "\n");
	stage_write(present, line);
	exit(0);
}

void stage_write(const struct stage *stage, const char *line)
{
	const size_t length = strlen(line);

	if (write(stage->truth, line, length) != (ssize_t)length) {
		perror("workload: cannot write the truth");
		exit(1);
	}
}
