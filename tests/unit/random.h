/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers that look random, for tests that try many. */
#ifndef TCPLIFE_RANDOM_H
#define TCPLIFE_RANDOM_H

#include <stdint.h>

/* xorshift: the same numbers in each run. */
static inline uint64_t random_bits(void)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

#endif
