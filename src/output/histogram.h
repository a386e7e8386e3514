/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Quantiles of any number of values in little memory. Buckets are log-linear: each power of two (an
 * octave) is divided into 128, so results are within 1/256 (0.4%) of the exact value. Values below
 * 128, the least and the greatest are exact.
 */
#ifndef TCPLIFE_HISTOGRAM_H
#define TCPLIFE_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_BITS	  7 /* 128 buckets per octave */
#define HISTOGRAM_OCTAVES (64 - HISTOGRAM_BITS + 1)

/* All zeroes is the empty histogram. Free its memory with histogram_clear(). */
struct histogram {
	uint64_t count;
	uint64_t least; /* valid only if count is above 0 */
	uint64_t greatest;
	uint64_t **octaves; /* HISTOGRAM_OCTAVES of 1 KiB each; all NULL until needed */
};

/* Returns false if out of memory; the histogram is then unchanged. */
bool histogram_add(struct histogram *h, uint64_t value);
/* Adds the values of another histogram. Returns false if out of memory; some are then missing. */
bool histogram_merge(struct histogram *h, const struct histogram *from);
/*
 * The smallest value that at least `permille` (1 to 1000) thousandths of the values do not exceed;
 * 0 if there are no values.
 */
uint64_t histogram_quantile(const struct histogram *h, unsigned permille);
/* Empties the histogram and frees its memory. */
void histogram_clear(struct histogram *h);

#endif
