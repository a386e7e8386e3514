/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts of times by fixed bounds, which add up over machines. */
#ifndef TCPLIFE_BUCKETS_H
#define TCPLIFE_BUCKETS_H

#include <stdint.h>

#define BUCKETS_BOUNDS 21

struct bucket_bound {
	uint64_t ns;
	const char *seconds; /* the same as text */
};

/* In ascending order. */
extern const struct bucket_bound bucket_bounds[BUCKETS_BOUNDS];

/* All zeroes is empty. */
struct buckets {
	uint64_t
		counts[BUCKETS_BOUNDS + 1]; /* from the bound before, excluded, to this, included */
	/* The sum is both together; in nanoseconds it would overflow on a busy machine. */
	uint64_t sum_s;
	uint64_t sum_ns; /* at most INT64_MAX */
};

/* ns: at most INT64_MAX. */
void buckets_add(struct buckets *b, uint64_t ns);

#endif
