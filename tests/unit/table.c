// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "base/table.h"

#include <stdlib.h>

#include "check.h"

#define MANY 100000U

/* Elements with the same hash are all found, newest first, and no others. */
static void test_same_hash(void)
{
	struct table *t = table_new();

	CHECK(table_find(t, 7) == TABLE_NONE);
	CHECK(table_add(t, 7) == 0 && table_add(t, 8) == 1 && table_add(t, 7) == 2);
	CHECK(table_find(t, 7) == 2 && table_find_next(t, 2) == 0);
	CHECK(table_find_next(t, 0) == TABLE_NONE);
	table_remove(t, 2);
	CHECK(table_find(t, 7) == 0 && table_find_next(t, 0) == TABLE_NONE);
	table_remove(t, 0);
	CHECK(table_find(t, 7) == TABLE_NONE && table_find(t, 8) == 1);
	CHECK(table_add(t, 7) == 3 && table_count(t) == 4);
	table_clear(t);
	CHECK(table_count(t) == 0 && table_find(t, 8) == TABLE_NONE && table_add(t, 9) == 0);
	table_free(t);
	table_free(NULL);
}

/* Many elements; every third is removed while the table grows. */
static void test_many(void)
{
	struct table *t = table_new();
	unsigned wrong = 0;

	for (uint32_t i = 0; i < MANY; i++) {
		CHECK(table_add(t, table_mix(1, i)) == i);
		if (i % 3 == 0)
			table_remove(t, i);
	}
	for (uint32_t i = 0; i < MANY; i++) {
		uint32_t at = table_find(t, table_mix(1, i));

		while (at != TABLE_NONE && at != i)
			at = table_find_next(t, at);
		wrong += at != (i % 3 ? i : TABLE_NONE);
	}
	CHECK(wrong == 0);
	table_free(t);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "same-hash", test_same_hash },
		{ "many", test_many },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
