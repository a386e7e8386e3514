// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "buckets.h"

#define US 1000ull
#define MS 1000000ull
#define S  1000000000ull

/* The kernel sends the first segment again after 1, 3 and 7 s: bounds are between these. */
const struct bucket_bound bucket_bounds[BUCKETS_BOUNDS] = {
	{ 100 * US, "0.0001" },
	{ 250 * US, "0.00025" },
	{ 500 * US, "0.0005" },
	{ MS, "0.001" },
	{ 2500 * US, "0.0025" },
	{ 5 * MS, "0.005" },
	{ 10 * MS, "0.01" },
	{ 25 * MS, "0.025" },
	{ 50 * MS, "0.05" },
	{ 100 * MS, "0.1" },
	{ 250 * MS, "0.25" },
	{ 500 * MS, "0.5" },
	{ S, "1" },
	{ 2500 * MS, "2.5" },
	{ 5 * S, "5" },
	{ 10 * S, "10" },
	{ 30 * S, "30" },
	{ 60 * S, "60" },
	{ 300 * S, "300" },
	{ 900 * S, "900" },
	{ 3600 * S, "3600" },
};

/*
 * By the highest bit of a time: the first bound that has this bit or a higher one. No two bounds
 * have the same highest bit.
 */
static const uint8_t first_bounds[64] = {
	[17] = 1,	  [18] = 2,	    [19] = 3,
	[20 ... 21] = 4,  [22] = 5,	    [23] = 6,
	[24] = 7,	  [25] = 8,	    [26] = 9,
	[27] = 10,	  [28] = 11,	    [29] = 12,
	[30 ... 31] = 13, [32] = 14,	    [33] = 15,
	[34] = 16,	  [35] = 17,	    [36 ... 38] = 18,
	[39] = 19,	  [40 ... 41] = 20, [42 ... 63] = BUCKETS_BOUNDS,
};

void buckets_add(struct buckets *b, uint64_t ns)
{
	unsigned i = first_bounds[63 - __builtin_clzll(ns | 1)];

	i += i < BUCKETS_BOUNDS && ns > bucket_bounds[i].ns;
	b->counts[i]++;
	b->sum_ns += ns;
	/* Rarely, since a division takes as long as all the rest. */
	if (b->sum_ns > INT64_MAX) {
		b->sum_s += b->sum_ns / S;
		b->sum_ns %= S;
	}
}
