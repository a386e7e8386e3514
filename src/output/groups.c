// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/words.h"
#include "bpf/order.h"

struct groups {
	struct groups_by by;
	uint32_t most;
	size_t bytes;
	uint64_t masks[FIELDS_MOST]; /* number_mask() of each key */
	uint64_t seed;		     /* of hashes */
	struct table *table;	     /* indexes `list` by the grouping fields */
	struct session *list[];	     /* each is the beginning of a group */
};

static bool add_key(void *to, const char *word, size_t length, struct blame *blame)
{
	struct groups_by *by = to;
	const struct field *key;
	unsigned n;

	/* Its name before it was renamed: END is a keyword of SQL. */
	if (length == 3 && memcmp(word, "end", 3) == 0) {
		word = "ending";
		length = 6;
	}
	if (!words_find(field_group_name, word, length, &n))
		return words_blame(field_group_name, "is not a key", word, length, blame);
	key = field_group(n);
	for (unsigned i = 0; i < by->count; i++)
		if (by->keys[i] == key)
			return blame_word(blame, word, length, "was given already");
	by->keys[by->count++] = key;
	return true;
}

bool groups_by_add(struct groups_by *by, const char *list, struct blame *blame)
{
	return words_each(list, "lacks a key", add_key, by, blame);
}

/*
 * The bytes of a number within the eight that begin at its member; 0 if the field is no number.
 * Numbers are compared and hashed here, since a call takes longer than that.
 */
static uint64_t number_mask(const struct field *f)
{
	_Static_assert(sizeof(((struct session *)0)->comm) >= sizeof(uint64_t),
		       "eight bytes from any number on are within the session");
	switch (f->type) {
	case VALUE_NUMBER:
	case VALUE_ID:
	case VALUE_WORD:
		return ORDER_IS_BIG ? UINT64_MAX << (64 - 8 * f->bytes)
				    : UINT64_MAX >> (64 - 8 * f->bytes);
	default:
		return 0;
	}
}

static uint64_t number_of(const struct field *f, const struct session *session, uint64_t mask)
{
	uint64_t word;

	memcpy(&word, field_at(f, session), sizeof(word));
	return word & mask;
}

struct groups *groups_new(const struct groups_by *by, uint32_t most, size_t bytes)
{
	struct groups *g = calloc(1, sizeof(*g) + most * sizeof(struct session *));
	struct blame unused;

	if (!g)
		return NULL;
	g->table = table_new();
	if (!g->table) {
		free(g);
		return NULL;
	}
	g->by = *by;
	g->most = most;
	g->bytes = bytes;
	g->seed = table_seed();
	if (!by->count)
		groups_by_add(&g->by, "port,dir", &unused);
	for (unsigned i = 0; i < g->by.count; i++)
		g->masks[i] = number_mask(g->by.keys[i]);
	return g;
}

static void group_free(const struct groups *g, struct session *group)
{
	for (unsigned i = 0; i < g->by.count; i++)
		field_drop(g->by.keys[i], group);
	free(group);
}

void groups_clear(struct groups *g)
{
	for (uint32_t i = 0; i < table_count(g->table); i++)
		group_free(g, g->list[i]);
	table_clear(g->table);
}

void groups_free(struct groups *g)
{
	if (!g)
		return;
	groups_clear(g);
	table_free(g->table);
	free(g);
}

static uint64_t id_hash(const struct groups *g, const struct session *session)
{
	uint64_t hash = g->seed;

	for (unsigned i = 0; i < g->by.count; i++) {
		const struct field *key = g->by.keys[i];
		const uint64_t mask = g->masks[i];

		hash = mask ? table_mix(hash, number_of(key, session, mask))
			    : field_hash(key, session, hash);
	}
	return hash;
}

static bool id_equal(const struct groups *g, const struct session *a, const struct session *b)
{
	for (unsigned i = 0; i < g->by.count; i++) {
		const struct field *key = g->by.keys[i];
		const uint64_t mask = g->masks[i];

		if (mask ? number_of(key, a, mask) != number_of(key, b, mask)
			 : !field_equal(key, a, b))
			return false;
	}
	return true;
}

static struct session *group_new(const struct groups *g, const struct session *session)
{
	struct session *group = calloc(1, g->bytes);

	if (!group)
		return NULL;
	for (unsigned i = 0; i < g->by.count; i++)
		if (!field_copy(g->by.keys[i], group, session)) {
			group_free(g, group);
			return NULL;
		}
	return group;
}

void *groups_find(struct groups *g, const struct session *session)
{
	const uint64_t hash = id_hash(g, session);
	uint32_t at = table_find(g->table, hash);
	struct session *group;

	while (at != TABLE_NONE && !id_equal(g, g->list[at], session))
		at = table_find_next(g->table, at);
	if (at != TABLE_NONE)
		return g->list[at];
	group = table_count(g->table) < g->most ? group_new(g, session) : NULL;
	if (!group)
		return NULL;
	at = table_add(g->table, hash);
	if (at == TABLE_NONE) {
		group_free(g, group);
		return NULL;
	}
	g->list[at] = group;
	return group;
}

const struct groups_by *groups_by(const struct groups *g)
{
	return &g->by;
}

uint32_t groups_count(const struct groups *g)
{
	return table_count(g->table);
}

void *groups_nth(const struct groups *g, uint32_t n)
{
	return g->list[n];
}
