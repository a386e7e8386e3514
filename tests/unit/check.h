/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For all unit tests: checks that say where they fail, and a main that counts failures. */
#ifndef TCPLIFE_CHECK_H
#define TCPLIFE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct check_case {
	const char *name;
	void (*run)(void);
};

static unsigned check_count, check_failures;

static inline bool check_that(bool holds, const char *what, const char *file, int line)
{
	check_count++;
	if (!holds) {
		check_failures++;
		printf("%s:%d: does not hold: %s\n", file, line, what);
	}
	return holds;
}

static inline bool check_same(const char *actual, const char *expected, const char *file, int line)
{
	const bool same = strcmp(actual, expected) == 0;

	check_count++;
	if (!same) {
		check_failures++;
		printf("%s:%d: expected [%s]\n%s:%d:      got [%s]\n", file, line, expected, file,
		       line, actual);
	}
	return same;
}

/* Both continue after a failure. They return whether the check held. */
#define CHECK(condition)	     check_that(condition, #condition, __FILE__, __LINE__)
#define CHECK_TEXT(actual, expected) check_same(actual, expected, __FILE__, __LINE__)

/* Runs the cases named in argv, or all. */
static inline int check_main(int argc, char **argv, const struct check_case *cases, size_t count)
{
	unsigned run = 0;

	for (size_t i = 0; i < count; i++) {
		bool wanted = argc < 2;

		for (int j = 1; j < argc; j++)
			wanted = wanted || strcmp(argv[j], cases[i].name) == 0;
		if (!wanted)
			continue;
		run++;
		cases[i].run();
	}
	printf("%u cases, %u checks, %u failures\n", run, check_count, check_failures);
	return check_failures || (argc > 1 && run != (unsigned)argc - 1);
}

#endif
