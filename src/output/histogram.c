// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "histogram.h"

#include <stdlib.h>

#define BUCKETS (1u << HISTOGRAM_BITS)

/* Octave 0 holds values below BUCKETS, octave n those from BUCKETS << (n - 1). */
static unsigned octave_of(uint64_t value)
{
	return value < BUCKETS ? 0 : 64 - HISTOGRAM_BITS - (unsigned)__builtin_clzll(value);
}

static unsigned bucket_shift(unsigned octave)
{
	return octave ? octave - 1 : 0;
}

static unsigned bucket_of(uint64_t value, unsigned octave)
{
	return (unsigned)(value >> bucket_shift(octave)) % BUCKETS;
}

/* The middle of a bucket. */
static uint64_t bucket_middle(unsigned octave, unsigned bucket)
{
	const uint64_t first = bucket + (octave ? BUCKETS : 0);
	const unsigned shift = bucket_shift(octave);

	return (first << shift) + (1ull << shift) / 2;
}

/* Returns NULL if out of memory. */
static uint64_t *buckets_of(struct histogram *h, unsigned octave)
{
	if (!h->octaves)
		h->octaves = calloc(HISTOGRAM_OCTAVES, sizeof(*h->octaves));
	if (h->octaves && !h->octaves[octave])
		h->octaves[octave] = calloc(BUCKETS, sizeof(**h->octaves));
	return h->octaves ? h->octaves[octave] : NULL;
}

static void widen(struct histogram *h, uint64_t least, uint64_t greatest)
{
	if (!h->count || least < h->least)
		h->least = least;
	if (!h->count || greatest > h->greatest)
		h->greatest = greatest;
}

bool histogram_add(struct histogram *h, uint64_t value)
{
	const unsigned octave = octave_of(value);
	uint64_t *buckets = buckets_of(h, octave);

	if (!buckets)
		return false;
	buckets[bucket_of(value, octave)]++;
	widen(h, value, value);
	h->count++;
	return true;
}

bool histogram_merge(struct histogram *h, const struct histogram *from)
{
	if (!from->count)
		return true;
	widen(h, from->least, from->greatest);
	for (unsigned octave = 0; octave < HISTOGRAM_OCTAVES; octave++) {
		uint64_t *buckets = from->octaves[octave] ? buckets_of(h, octave) : NULL;

		if (!buckets && from->octaves[octave])
			return false;
		for (unsigned i = 0; buckets && i < BUCKETS; i++) {
			buckets[i] += from->octaves[octave][i];
			h->count += from->octaves[octave][i];
		}
	}
	return true;
}

/* The middle of the bucket that holds the value of this rank; ranks begin at 1. */
static uint64_t find_rank(const struct histogram *h, uint64_t rank)
{
	uint64_t seen = 0;

	for (unsigned octave = 0; h->octaves && octave < HISTOGRAM_OCTAVES; octave++) {
		for (unsigned i = 0; h->octaves[octave] && i < BUCKETS; i++) {
			seen += h->octaves[octave][i];
			if (seen >= rank)
				return bucket_middle(octave, i);
		}
	}
	return h->greatest;
}

uint64_t histogram_quantile(const struct histogram *h, unsigned permille)
{
	/* count * permille could overflow. */
	const uint64_t rank =
		h->count / 1000 * permille + (h->count % 1000 * permille + 999) / 1000;
	uint64_t value;

	if (!h->count || rank == h->count)
		return h->count ? h->greatest : 0;
	value = find_rank(h, rank);
	if (value < h->least)
		return h->least;
	return value > h->greatest ? h->greatest : value;
}

void histogram_clear(struct histogram *h)
{
	for (unsigned i = 0; h->octaves && i < HISTOGRAM_OCTAVES; i++)
		free(h->octaves[i]);
	free(h->octaves);
	*h = (struct histogram){ 0 };
}
