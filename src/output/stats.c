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

static bool add_key(void *to, const char *word, size_t length, struct blame *blame)
{
	struct stats_by *by = to;
	const struct field *key;
	unsigned n;

	if (!words_find(field_group_name, word, length, &n))
		return words_blame(field_group_name, "is not a key", word, length, blame);
	key = field_group(n);
	for (unsigned i = 0; i < by->count; i++)
		if (by->keys[i] == key)
			return blame_word(blame, word, length, "was given already");
	by->keys[by->count++] = key;
	return true;
}

bool stats_by_add(struct stats_by *by, const char *list, struct blame *blame)
{
	return words_each(list, "lacks a key", add_key, by, blame);
}

struct stats *stats_new(const struct stats_by *by)
{
	struct stats *s = calloc(1, sizeof(*s));
	struct blame unused;

	if (!s)
		return NULL;
	s->by = *by;
	if (!by->count)
		stats_by_add(&s->by, "port,dir", &unused);
	return s;
}

static void group_free(struct stats_group *group)
{
	histogram_clear(&group->figures.lifespans);
	free((char *)group->id.cgroup);
	free(group);
}

void stats_clear(struct stats *s)
{
	const struct stats_by by = s->by;

	for (size_t i = 0; i < s->count; i++)
		group_free(s->groups[i]);
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

static uint64_t id_hash(const struct stats *s, const struct session *session)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (unsigned i = 0; i < s->by.count; i++)
		hash = field_hash(s->by.keys[i], session, hash);
	return hash ^ hash >> 32;
}

static bool id_equal(const struct stats *s, const struct session *a, const struct session *b)
{
	for (unsigned i = 0; i < s->by.count; i++)
		if (!field_equal(s->by.keys[i], a, b))
			return false;
	return true;
}

static struct stats_group *group_new(struct stats *s, const struct session *session)
{
	struct stats_group *group;

	if (s->count == STATS_GROUPS)
		return NULL;
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	for (unsigned i = 0; i < s->by.count; i++)
		field_copy(s->by.keys[i], &group->id, session);
	/* The session only borrows its path. */
	if (group->id.cgroup && !(group->id.cgroup = strdup(group->id.cgroup))) {
		group_free(group);
		return NULL;
	}
	group->serial = (unsigned)s->count;
	s->groups[s->count++] = group;
	return group;
}

/* The group of this session, which may be new; NULL: there can be no more. */
static struct stats_group *find_group(struct stats *s, const struct session *session)
{
	size_t slot = id_hash(s, session) % SLOTS;

	for (; s->slots[slot]; slot = (slot + 1) % SLOTS)
		if (id_equal(s, &s->slots[slot]->id, session))
			return s->slots[slot];
	s->slots[slot] = group_new(s, session);
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
