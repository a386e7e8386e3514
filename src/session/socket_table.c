// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "socket_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

#define ROOM_LEAST 64U

struct socket_table {
	struct socket_table_entry *list;
	struct table *table; /* indexes `list` */
	uint32_t room;
	uint32_t most;
	uint64_t seed;
};

static uint64_t hash_of(const struct socket_table *roster, const struct record *r)
{
	uint64_t words[4], hash = roster->seed;

	memcpy(words, r->laddr, 16);
	memcpy(words + 2, r->raddr, 16);
	for (int i = 0; i < 4; i++)
		hash = table_mix(hash, words[i]);
	return table_mix(hash, (uint64_t)r->lport << 16 | r->rport);
}

struct socket_table *socket_table_new(uint32_t most)
{
	struct socket_table *roster = calloc(1, sizeof(*roster));

	if (!roster)
		return NULL;
	roster->seed = table_seed();
	roster->most = most;
	roster->table = table_new();
	if (!roster->table) {
		socket_table_free(roster);
		return NULL;
	}
	return roster;
}

void socket_table_free(struct socket_table *roster)
{
	if (!roster)
		return;
	free(roster->list);
	table_free(roster->table);
	free(roster);
}

static bool grow(struct socket_table *roster)
{
	const uint32_t room = roster->room ? 2 * roster->room : ROOM_LEAST;
	struct socket_table_entry *list = realloc(roster->list, room * sizeof(*list));

	if (!list)
		return false;
	roster->list = list;
	roster->room = room;
	return true;
}

int socket_table_add(struct socket_table *roster, const struct record *record, uint64_t inode)
{
	const uint32_t count = table_count(roster->table);

	if (count == roster->most)
		return -ENOSPC;
	if (count == roster->room && !grow(roster))
		return -ENOMEM;
	if (table_add(roster->table, hash_of(roster, record)) == TABLE_NONE)
		return -ENOMEM;
	roster->list[count] = (struct socket_table_entry){ .record = *record, .inode = inode };
	return 0;
}

void socket_table_remove(struct socket_table *roster, struct socket_table_entry *entry)
{
	table_remove(roster->table, (uint32_t)(entry - roster->list));
	entry->gone = true;
}

static bool is_same(const struct record *a, const struct record *b)
{
	return a->lport == b->lport && a->rport == b->rport &&
	       !memcmp(a->laddr, b->laddr, sizeof(a->laddr)) &&
	       !memcmp(a->raddr, b->raddr, sizeof(a->raddr)) &&
	       (a->netns == b->netns || !a->netns || !b->netns);
}

struct socket_table_entry *socket_table_find(const struct socket_table *roster,
					     const struct record *ends,
					     const struct socket_table_entry *after)
{
	uint32_t at = after ? table_find_next(roster->table, (uint32_t)(after - roster->list))
			    : table_find(roster->table, hash_of(roster, ends));

	while (at != TABLE_NONE && !is_same(&roster->list[at].record, ends))
		at = table_find_next(roster->table, at);
	return at == TABLE_NONE ? NULL : &roster->list[at];
}

struct socket_table_entry *socket_table_next(const struct socket_table *roster,
					     const struct socket_table_entry *after)
{
	struct socket_table_entry *entry =
		after ? (struct socket_table_entry *)after + 1 : roster->list;
	const struct socket_table_entry *end = roster->list + table_count(roster->table);

	while (entry < end && entry->gone)
		entry++;
	return entry < end ? entry : NULL;
}
