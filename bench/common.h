/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shared by all files of the bench. */
#ifndef TCPLIFE_COMMON_H
#define TCPLIFE_COMMON_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Prints what failed and errno's text on one line, and exits with code 1. */
#define die(...)                                             \
	do {                                                 \
		const int error_ = errno;                    \
		fprintf(stderr, "bench: ");                  \
		fprintf(stderr, __VA_ARGS__);                \
		fprintf(stderr, ": %s\n", strerror(error_)); \
		exit(1);                                     \
	} while (0)

static inline int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

#endif
