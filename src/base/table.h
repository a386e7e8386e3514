/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A hash table of numbers. The caller keeps its elements in an array; the table finds their indices
 * by hash. Several elements may have the same hash.
 */
#ifndef TCPLIFE_TABLE_H
#define TCPLIFE_TABLE_H

#include <stdint.h>

#define TABLE_NONE UINT32_MAX

struct table;

/* Returns NULL if out of memory. Free it with table_free(). */
struct table *table_new(void);
void table_free(struct table *t);

/* Adds the next number (0, 1, 2...) and returns it, or TABLE_NONE if out of memory. */
uint32_t table_add(struct table *t, uint64_t hash);
/* How many numbers have been added, removed ones included. */
uint32_t table_count(const struct table *t);
/* Removes a number from its chain. It is not given out again. */
void table_remove(struct table *t, uint32_t number);
/* The newest number with this hash, or TABLE_NONE. */
uint32_t table_find(const struct table *t, uint64_t hash);
/* The next older number with the same hash as `number`, or TABLE_NONE. */
uint32_t table_find_next(const struct table *t, uint32_t number);
/* Removes all numbers and starts again with 0. Keeps the memory. */
void table_clear(struct table *t);

/* Mixes a word into a hash. */
static inline uint64_t table_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 29;
}

/* The start value of hashes. It differs in each process, so that no peer can force collisions. */
uint64_t table_seed(void);

#endif
