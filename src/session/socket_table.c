// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "socket_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

#define CAPACITY_LEAST 64U
#define GONE_LEAST     1024U /* fewer are not worth compacting */

struct socket_table {
	struct socket_table_entry *list;
	struct table *table; /* indexes `list` */
	uint32_t capacity;
	uint32_t most;
	uint32_t gone; /* entries that were removed and still take room */
	uint64_t seed;
};

static uint64_t hash_of(const struct socket_table *table, const struct record *r)
{
	uint64_t words[4], hash = table->seed;

	memcpy(words, r->laddr, 16);
	memcpy(words + 2, r->raddr, 16);
	for (int i = 0; i < 4; i++)
		hash = table_mix(hash, words[i]);
	return table_mix(hash, (uint64_t)r->lport << 16 | r->rport);
}

struct socket_table *socket_table_new(uint32_t most)
{
	struct socket_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->seed = table_seed();
	table->most = most;
	table->table = table_new();
	if (!table->table) {
		socket_table_free(table);
		return NULL;
	}
	return table;
}

void socket_table_free(struct socket_table *table)
{
	if (!table)
		return;
	free(table->list);
	table_free(table->table);
	free(table);
}

static bool grow(struct socket_table *table)
{
	const uint32_t capacity = table->capacity ? 2 * table->capacity : CAPACITY_LEAST;
	struct socket_table_entry *list = realloc(table->list, capacity * sizeof(*list));

	if (!list)
		return false;
	table->list = list;
	table->capacity = capacity;
	return true;
}

static void compact(struct socket_table *table)
{
	const uint32_t count = table_count(table->table);
	uint32_t kept = 0;

	table_clear(table->table);
	for (uint32_t i = 0; i < count; i++) {
		if (table->list[i].gone)
			continue;
		table->list[kept] = table->list[i];
		/* There is room: there were as many before. */
		table_add(table->table, hash_of(table, &table->list[kept++].record));
	}
	table->gone = 0;
}

void socket_table_compact(struct socket_table *table)
{
	if (table->gone > GONE_LEAST && table->gone > table_count(table->table) / 4)
		compact(table);
}

int socket_table_add(struct socket_table *table, const struct record *record, uint64_t inode)
{
	const uint32_t count = table_count(table->table);

	if (count == table->most)
		return -ENOSPC;
	if (count == table->capacity && !grow(table))
		return -ENOMEM;
	if (table_add(table->table, hash_of(table, record)) == TABLE_NONE)
		return -ENOMEM;
	table->list[count] = (struct socket_table_entry){ .record = *record, .inode = inode };
	return 0;
}

void socket_table_remove(struct socket_table *table, struct socket_table_entry *entry)
{
	table_remove(table->table, (uint32_t)(entry - table->list));
	entry->gone = true;
	table->gone++;
}

struct socket_table_entry *socket_table_newest(const struct socket_table *table)
{
	return &table->list[table_count(table->table) - 1];
}

static bool is_same(const struct record *a, const struct record *b)
{
	return a->lport == b->lport && a->rport == b->rport &&
	       !memcmp(a->laddr, b->laddr, sizeof(a->laddr)) &&
	       !memcmp(a->raddr, b->raddr, sizeof(a->raddr)) &&
	       (a->netns == b->netns || !a->netns || !b->netns);
}

struct socket_table_entry *socket_table_find(const struct socket_table *table,
					     const struct record *tuple,
					     const struct socket_table_entry *after)
{
	uint32_t at = after ? table_find_next(table->table, (uint32_t)(after - table->list))
			    : table_find(table->table, hash_of(table, tuple));

	while (at != TABLE_NONE && !is_same(&table->list[at].record, tuple))
		at = table_find_next(table->table, at);
	return at == TABLE_NONE ? NULL : &table->list[at];
}

struct socket_table_entry *socket_table_next(const struct socket_table *table,
					     const struct socket_table_entry *after)
{
	struct socket_table_entry *entry =
		after ? (struct socket_table_entry *)after + 1 : table->list;
	const struct socket_table_entry *end = table->list + table_count(table->table);

	while (entry < end && entry->gone)
		entry++;
	return entry < end ? entry : NULL;
}
