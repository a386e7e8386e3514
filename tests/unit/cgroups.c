// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "session/cgroups.h"
#include "check.h"

static void test_nowhere(void)
{
	CHECK(!cgroups_find(NULL, 1).path);
	cgroups_free(NULL);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "nowhere", test_nowhere },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases));
}
