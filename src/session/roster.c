// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define NONE	    UINT32_MAX
#define LEAST_HEADS 64U

struct roster {
	struct roster_entry *list;
	uint32_t *heads; /* of the chains; as many as there is room in the list, a power of two */
	uint32_t count;	 /* with those that are gone */
	uint32_t room;
	uint32_t most;
	uint64_t seed;
};

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 29;
}

static uint32_t *head_of(const struct roster *roster, const struct record *r)
{
	uint64_t words[4], hash = roster->seed;

	memcpy(words, r->laddr, 16);
	memcpy(words + 2, r->raddr, 16);
	for (int i = 0; i < 4; i++)
		hash = mix(hash, words[i]);
	hash = mix(hash, (uint64_t)r->lport << 16 | r->rport);
	return &roster->heads[hash & (roster->room - 1)];
}

static void chain(const struct roster *roster, uint32_t index)
{
	struct roster_entry *entry = &roster->list[index];
	uint32_t *head = head_of(roster, &entry->record);

	entry->next = *head;
	*head = index;
}

static bool grow(struct roster *roster, uint32_t room)
{
	struct roster_entry *list = realloc(roster->list, room * sizeof(*list));
	uint32_t *heads;

	if (!list)
		return false;
	roster->list = list;
	heads = realloc(roster->heads, room * sizeof(*heads));
	if (!heads)
		return false;
	roster->heads = heads;
	roster->room = room;
	memset(heads, 0xff, room * sizeof(*heads));
	for (uint32_t i = 0; i < roster->count; i++)
		if (!list[i].gone)
			chain(roster, i);
	return true;
}

struct roster *roster_new(uint32_t most)
{
	const void *random =
		(const void *)getauxval(AT_RANDOM); /* NOLINT: an address in a number */
	struct roster *roster = calloc(1, sizeof(*roster));

	if (!roster)
		return NULL;
	/* So that no peer can choose ports that all fall into one chain. */
	if (random)
		memcpy(&roster->seed, random, sizeof(roster->seed));
	roster->most = most;
	if (!grow(roster, LEAST_HEADS)) {
		roster_free(roster);
		return NULL;
	}
	return roster;
}

void roster_free(struct roster *roster)
{
	if (!roster)
		return;
	free(roster->list);
	free(roster->heads);
	free(roster);
}

int roster_add(struct roster *roster, const struct record *record, uint64_t inode)
{
	if (roster->count == roster->most)
		return -ENOSPC;
	if (roster->count == roster->room && !grow(roster, 2 * roster->room))
		return -ENOMEM;
	roster->list[roster->count] = (struct roster_entry){ .record = *record, .inode = inode };
	chain(roster, roster->count++);
	return 0;
}

void roster_remove(struct roster *roster, struct roster_entry *entry)
{
	const uint32_t index = (uint32_t)(entry - roster->list);
	uint32_t *link = head_of(roster, &entry->record);

	while (*link != index)
		link = &roster->list[*link].next;
	*link = entry->next;
	entry->gone = true;
}

static bool is_same(const struct record *a, const struct record *b)
{
	return a->lport == b->lport && a->rport == b->rport &&
	       !memcmp(a->laddr, b->laddr, sizeof(a->laddr)) &&
	       !memcmp(a->raddr, b->raddr, sizeof(a->raddr)) &&
	       (a->netns == b->netns || !a->netns || !b->netns);
}

struct roster_entry *roster_find(const struct roster *roster, const struct record *ends,
				 const struct roster_entry *after)
{
	uint32_t at = after ? after->next : *head_of(roster, ends);

	while (at != NONE && !is_same(&roster->list[at].record, ends))
		at = roster->list[at].next;
	return at == NONE ? NULL : &roster->list[at];
}

struct roster_entry *roster_next(const struct roster *roster, const struct roster_entry *after)
{
	struct roster_entry *entry = after ? (struct roster_entry *)after + 1 : roster->list;

	while (entry < roster->list + roster->count && entry->gone)
		entry++;
	return entry < roster->list + roster->count ? entry : NULL;
}
