// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stats.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS	    (2 * STATS_GROUPS) /* a power of two; at most half are taken */
#define LIFESPAN_NS 15625	       /* 1/64 ms */

struct stats {
	struct stats_by by;
	struct stats_group *slots[SLOTS]; /* where its id's hash says, or behind that */
	struct stats_group *groups[STATS_GROUPS];
	size_t count;
	struct stats_figures all;
	struct stats_figures other;
	uint64_t lifespans[STATS_LIFESPANS];
};

const char *stats_key_name(unsigned n)
{
	static const char *const names[STATS_KEYS + 1] = {
		[KEY_PORT] = "port",   [KEY_DIR] = "dir",     [KEY_LPORT] = "lport",
		[KEY_RPORT] = "rport", [KEY_RADDR] = "raddr", [KEY_PID] = "pid",
		[KEY_COMM] = "comm",   [KEY_UID] = "uid",     [KEY_END] = "end",
		[KEY_NETNS] = "netns",
	};

	return names[n];
}

static bool add_key(void *to, const char *word, size_t length, struct blame *blame)
{
	struct stats_by *by = to;
	unsigned key;

	if (!words_find(stats_key_name, word, length, &key))
		return words_blame(stats_key_name, "is not a key", word, length, blame);
	for (unsigned i = 0; i < by->count; i++)
		if (by->keys[i] == key)
			return blame_word(blame, word, length, "was given already");
	by->keys[by->count++] = (enum stats_key)key;
	return true;
}

bool stats_by_add(struct stats_by *by, const char *list, struct blame *blame)
{
	return words_each(list, "lacks a key", add_key, by, blame);
}

struct stats *stats_new(const struct stats_by *by)
{
	static const struct stats_by service = { .keys = { KEY_PORT, KEY_DIR }, .count = 2 };
	struct stats *s = calloc(1, sizeof(*s));

	if (s)
		s->by = by->count ? *by : service;
	return s;
}

void stats_clear(struct stats *s)
{
	const struct stats_by by = s->by;

	for (size_t i = 0; i < s->count; i++) {
		histogram_clear(&s->groups[i]->figures.lifespans);
		free(s->groups[i]);
	}
	histogram_clear(&s->all.lifespans);
	histogram_clear(&s->other.lifespans);
	memset(s, 0, sizeof(*s));
	s->by = by;
}

void stats_free(struct stats *s)
{
	if (s)
		stats_clear(s);
	free(s);
}

static uint16_t service_port(const struct session *s)
{
	if (s->direction == DIRECTION_IN)
		return s->lport;
	if (s->direction == DIRECTION_OUT)
		return s->rport;
	return s->lport < s->rport ? s->lport : s->rport;
}

static void set_key(struct stats_id *id, enum stats_key key, const struct session *s)
{
	switch (key) {
	case KEY_PORT:
		id->port = service_port(s);
		break;
	case KEY_DIR:
		id->direction = (uint8_t)s->direction;
		break;
	case KEY_LPORT:
		id->lport = s->lport;
		break;
	case KEY_RPORT:
		id->rport = s->rport;
		break;
	case KEY_RADDR:
		id->ip = s->ip;
		memcpy(id->raddr, s->raddr, s->ip == 4 ? 4 : 16);
		break;
	case KEY_PID:
		id->pid = s->pid;
		break;
	case KEY_COMM:
		/* Only to its end: behind that, there may be the rest of an older name. */
		memcpy(id->comm, s->comm, strnlen(s->comm, COMM_LEN));
		break;
	case KEY_UID:
		id->uid = s->uid;
		break;
	case KEY_END:
		id->ending = (uint8_t)s->ending;
		break;
	case KEY_NETNS:
		id->netns = s->netns;
		break;
	case STATS_KEYS:
		break;
	}
}

/* FNV-1a */
static size_t id_hash(const struct stats_id *id)
{
	const uint8_t *byte = (const uint8_t *)id;
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < sizeof(*id); i++)
		hash = (hash ^ byte[i]) * 0x100000001b3;
	return (size_t)(hash ^ hash >> 32) % SLOTS;
}

static struct stats_group *group_new(struct stats *s, const struct stats_id *id)
{
	struct stats_group *group;

	if (s->count == STATS_GROUPS)
		return NULL;
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	group->id = *id;
	group->serial = (unsigned)s->count;
	s->groups[s->count++] = group;
	return group;
}

/* The group of this session, which may be new; NULL: there can be no more. */
static struct stats_group *find_group(struct stats *s, const struct session *session)
{
	struct stats_id id;
	size_t slot;

	memset(&id, 0, sizeof(id));
	for (unsigned i = 0; i < s->by.count; i++)
		set_key(&id, s->by.keys[i], session);
	for (slot = id_hash(&id); s->slots[slot]; slot = (slot + 1) % SLOTS)
		if (memcmp(&s->slots[slot]->id, &id, sizeof(id)) == 0)
			return s->slots[slot];
	s->slots[slot] = group_new(s, &id);
	return s->slots[slot];
}

static void add_bytes(uint64_t *sum, uint64_t *unknown, int64_t bytes)
{
	if (bytes < 0)
		(*unknown)++;
	else
		*sum += (uint64_t)bytes;
}

static bool has_lifespan(const struct session *s)
{
	return s->age_known && s->ending != ENDING_OPEN;
}

static void figures_add(struct stats_figures *f, const struct session *s)
{
	f->sessions++;
	f->failed += session_failed(s);
	add_bytes(&f->tx_bytes, &f->tx_unknown, s->tx_bytes);
	add_bytes(&f->rx_bytes, &f->rx_unknown, s->rx_bytes);
	if (has_lifespan(s) && !histogram_add(&f->lifespans, (uint64_t)s->duration_ns))
		f->unmeasured++;
}

static unsigned lifespan_class(int64_t ns)
{
	const uint64_t units = (uint64_t)ns / LIFESPAN_NS;

	return units ? 64 - (unsigned)__builtin_clzll(units) : 0;
}

void stats_add(struct stats *s, const struct session *session)
{
	struct stats_group *group = find_group(s, session);

	figures_add(group ? &group->figures : &s->other, session);
	figures_add(&s->all, session);
	if (has_lifespan(session))
		s->lifespans[lifespan_class(session->duration_ns)]++;
}

const struct stats_by *stats_by(const struct stats *s)
{
	return &s->by;
}

static int compare_groups(const void *a, const void *b)
{
	const struct stats_group *const *first = a, *const *second = b;

	if ((*first)->figures.sessions != (*second)->figures.sessions)
		return (*first)->figures.sessions < (*second)->figures.sessions ? 1 : -1;
	return (*first)->serial < (*second)->serial ? -1 : 1;
}

struct stats_group *const *stats_sort(struct stats *s, size_t *count)
{
	qsort(s->groups, s->count, sizeof(struct stats_group *), compare_groups);
	*count = s->count;
	return s->groups;
}

const struct stats_figures *stats_all(const struct stats *s)
{
	return &s->all;
}

const struct stats_figures *stats_other(const struct stats *s)
{
	return &s->other;
}

uint64_t stats_lifespans(const struct stats *s, unsigned n)
{
	return s->lifespans[n];
}

int64_t stats_lifespan_from(unsigned n)
{
	return n ? (int64_t)LIFESPAN_NS << (n - 1) : 0;
}
