// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "session/cgroups.h"
#include "check.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *label(const char *path)
{
	static char text[128];
	size_t length;
	const char *part = cgroup_label(path, &length);

	snprintf(text, sizeof(text), "%.*s", (int)length, part);
	return text;
}

static void test_label(void)
{
	CHECK_TEXT(label("/"), "/");
	CHECK_TEXT(label("/system.slice/nginx.service"), "nginx.service");
	CHECK_TEXT(label("/system.slice/docker-" ID ".scope"), "0123456789ab");
	CHECK_TEXT(label("/docker/" ID), "0123456789ab");
	CHECK_TEXT(label("/kubepods.slice/pod1/cri-containerd-" ID ".scope/init"), "0123456789ab");
	CHECK_TEXT(label("/kubepods/0123456789abcdef"), "0123456789abcdef");
}

static void test_nowhere(void)
{
	CHECK(!cgroups_path(NULL, 1));
	cgroups_free(NULL);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "label", test_label },
		{ "nowhere", test_nowhere },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases));
}
