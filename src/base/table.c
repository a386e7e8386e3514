// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define ROOM_LEAST 64U

/* An element's place in the chain of its hash. */
struct link {
	uint32_t hash;
	uint32_t next; /* TABLE_NONE ends the chain */
};

struct table {
	struct link *links; /* indexed by the element's number */
	uint32_t *heads;    /* of the chains; `capacity` of them, a power of two */
	uint32_t count;
	uint32_t capacity;
};

static uint32_t fold(uint64_t hash)
{
	return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t *head_of(const struct table *t, uint32_t hash)
{
	return &t->heads[hash & (t->capacity - 1)];
}

static void link_in(const struct table *t, uint32_t number)
{
	uint32_t *head = head_of(t, t->links[number].hash);

	t->links[number].next = *head;
	*head = number;
}

/* A removed element points to itself. */
static bool is_removed(const struct table *t, uint32_t number)
{
	return t->links[number].next == number;
}

static bool grow(struct table *t, uint32_t capacity)
{
	struct link *links = realloc(t->links, capacity * sizeof(*links));
	uint32_t *heads;

	if (!links)
		return false;
	t->links = links;
	heads = malloc(capacity * sizeof(*heads));
	if (!heads)
		return false;
	free(t->heads);
	t->heads = heads;
	t->capacity = capacity;
	memset(heads, 0xff, capacity * sizeof(*heads));
	for (uint32_t i = 0; i < t->count; i++)
		if (!is_removed(t, i))
			link_in(t, i);
	return true;
}

struct table *table_new(void)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t && !grow(t, ROOM_LEAST)) {
		table_free(t);
		return NULL;
	}
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	free(t->links);
	free(t->heads);
	free(t);
}

uint32_t table_add(struct table *t, uint64_t hash)
{
	if (t->count == t->capacity && (t->capacity > UINT32_MAX / 4 || !grow(t, 2 * t->capacity)))
		return TABLE_NONE;
	t->links[t->count].hash = fold(hash);
	link_in(t, t->count);
	return t->count++;
}

uint32_t table_count(const struct table *t)
{
	return t->count;
}

void table_remove(struct table *t, uint32_t number)
{
	uint32_t *link = head_of(t, t->links[number].hash);

	while (*link != number)
		link = &t->links[*link].next;
	*link = t->links[number].next;
	t->links[number].next = number;
}

static uint32_t first_with(const struct table *t, uint32_t at, uint32_t hash)
{
	while (at != TABLE_NONE && t->links[at].hash != hash)
		at = t->links[at].next;
	return at;
}

uint32_t table_find(const struct table *t, uint64_t hash)
{
	return first_with(t, *head_of(t, fold(hash)), fold(hash));
}

uint32_t table_find_next(const struct table *t, uint32_t number)
{
	return first_with(t, t->links[number].next, t->links[number].hash);
}

void table_clear(struct table *t)
{
	t->count = 0;
	memset(t->heads, 0xff, t->capacity * sizeof(*t->heads));
}

uint64_t table_seed(void)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): getauxval() returns an address as a number */
	const void *random = (const void *)getauxval(AT_RANDOM);
	uint64_t seed = 0;

	if (random)
		memcpy(&seed, random, sizeof(seed));
	return seed;
}
