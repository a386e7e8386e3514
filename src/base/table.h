/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A hash table of numbers. The caller keeps its elements in an array of its own; the table finds
 * their numbers by their hashes. Several elements may have the same hash.
 */
#ifndef TCPLIFE_TABLE_H
#define TCPLIFE_TABLE_H

#include <stdint.h>

#define TABLE_NONE UINT32_MAX

struct table;

/* Returns NULL without memory. To be freed by table_free(). */
struct table *table_new(void);
void table_free(struct table *t);

/* Adds the next number: 0, 1, 2... Returns it, or TABLE_NONE without memory. */
uint32_t table_add(struct table *t, uint64_t hash);
/* How many numbers have been added, with those that are removed. */
uint32_t table_count(const struct table *t);
/* No more to be found. The number is not given out again. */
void table_remove(struct table *t, uint32_t number);
/* The newest number with this hash, or TABLE_NONE. */
uint32_t table_find(const struct table *t, uint64_t hash);
/* The next older one with the hash of a number that was found, or TABLE_NONE. */
uint32_t table_find_next(const struct table *t, uint32_t number);
/* Removes all; numbers begin with 0 again. The memory is kept. */
void table_clear(struct table *t);

/* Adds a word to a hash. */
static inline uint64_t table_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 29;
}

/* What hashes begin with, another number in each process: no peer can make them all the same. */
uint64_t table_seed(void);

#endif
