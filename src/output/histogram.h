/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Quantiles of any number of values in little memory. Buckets are log-linear: each power of two
 * (an octave) is cut into 128, so what is told is within 1/256 (0.4%) of the exact value; below
 * 128, and at both ends, it is exact.
 */
#ifndef TCPLIFE_HISTOGRAM_H
#define TCPLIFE_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_BITS	  7 /* 128 buckets an octave */
#define HISTOGRAM_OCTAVES (64 - HISTOGRAM_BITS + 1)

/* All zeroes is the empty histogram. To be cleared in the end. */
struct histogram {
	uint64_t count;
	uint64_t least; /* these two only if count is above 0 */
	uint64_t greatest;
	uint64_t *octaves[HISTOGRAM_OCTAVES]; /* 1 KiB each, once it is needed; or NULL */
};

/* False: no memory, and nothing has changed. */
bool histogram_add(struct histogram *h, uint64_t value);
/*
 * The smallest value that at least so many thousandths of all are not above; permille: 1 to 1000.
 * 0 if there are no values.
 */
uint64_t histogram_quantile(const struct histogram *h, unsigned permille);
/* Makes it empty, and frees its memory. */
void histogram_clear(struct histogram *h);

#endif
