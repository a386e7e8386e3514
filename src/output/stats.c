// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"

#define LIFESPAN_NS 15625 /* 1/64 ms */

struct stats {
	struct stats_by by;
	unsigned of; /* mask by enum measure */
	uint32_t groups_most;
	struct table *table; /* indexes `groups` by their ids */
	struct stats_group *groups[STATS_GROUPS];
	struct stats_group *sorted[STATS_GROUPS]; /* the result of stats_sort() */
	struct stats_figures all;
	struct stats_figures other;
	struct stats_figures rest; /* `other` and the groups that are not shown */
	uint64_t lifespans[STATS_LIFESPANS];
};

static bool add_key(void *to, const char *word, size_t length, struct blame *blame)
{
	struct stats_by *by = to;
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

bool stats_by_add(struct stats_by *by, const char *list, struct blame *blame)
{
	return words_each(list, "lacks a key", add_key, by, blame);
}

static bool add_measure(void *to, const char *word, size_t length, struct blame *blame)
{
	unsigned *of = to, n;

	if (!words_find(measure_name, word, length, &n))
		return words_blame(measure_name, "is not a measure", word, length, blame);
	*of |= 1u << n;
	return true;
}

bool stats_of_add(unsigned *of, const char *list, struct blame *blame)
{
	return words_each(list, "lacks a measure", add_measure, of, blame);
}

struct stats *stats_new(const struct stats_request *request)
{
	struct stats *s = calloc(1, sizeof(*s));
	struct blame unused;

	if (!s)
		return NULL;
	s->table = table_new();
	if (!s->table) {
		free(s);
		return NULL;
	}
	s->by = request->by;
	s->of = request->of ? request->of : MEASURES_USUAL;
	s->groups_most = request->groups ? request->groups : STATS_GROUPS;
	if (!s->by.count)
		stats_by_add(&s->by, "port,dir", &unused);
	return s;
}

static void figures_clear(struct stats_figures *f)
{
	for (unsigned i = 0; i < MEASURES; i++)
		histogram_clear(&f->measured[i]);
	*f = (struct stats_figures){ 0 };
}

static void group_free(const struct stats *s, struct stats_group *group)
{
	figures_clear(&group->figures);
	for (unsigned i = 0; i < s->by.count; i++)
		field_drop(s->by.keys[i], &group->id);
	free(group);
}

void stats_clear(struct stats *s)
{
	for (uint32_t i = 0; i < table_count(s->table); i++)
		group_free(s, s->groups[i]);
	table_clear(s->table);
	figures_clear(&s->all);
	figures_clear(&s->other);
	figures_clear(&s->rest);
	memset(s->lifespans, 0, sizeof(s->lifespans));
}

void stats_free(struct stats *s)
{
	if (!s)
		return;
	stats_clear(s);
	table_free(s->table);
	free(s);
}

static uint64_t id_hash(const struct stats *s, const struct session *session)
{
	uint64_t hash = table_seed();

	for (unsigned i = 0; i < s->by.count; i++)
		hash = field_hash(s->by.keys[i], session, hash);
	return hash;
}

static bool id_equal(const struct stats *s, const struct session *a, const struct session *b)
{
	for (unsigned i = 0; i < s->by.count; i++)
		if (!field_equal(s->by.keys[i], a, b))
			return false;
	return true;
}

static struct stats_group *group_new(const struct stats *s, const struct session *session)
{
	struct stats_group *group = calloc(1, sizeof(*group));

	if (!group)
		return NULL;
	for (unsigned i = 0; i < s->by.count; i++)
		if (!field_copy(s->by.keys[i], &group->id, session)) {
			group_free(s, group);
			return NULL;
		}
	return group;
}

/* Finds or creates the session's group. Returns NULL if no more groups fit. */
static struct stats_group *find_group(struct stats *s, const struct session *session)
{
	const uint64_t hash = id_hash(s, session);
	uint32_t at = table_find(s->table, hash);
	struct stats_group *group;

	while (at != TABLE_NONE && !id_equal(s, &s->groups[at]->id, session))
		at = table_find_next(s->table, at);
	if (at != TABLE_NONE)
		return s->groups[at];
	group = table_count(s->table) < STATS_GROUPS ? group_new(s, session) : NULL;
	if (!group)
		return NULL;
	at = table_add(s->table, hash);
	if (at == TABLE_NONE) {
		group_free(s, group);
		return NULL;
	}
	group->serial = at;
	s->groups[at] = group;
	return group;
}

static void add_bytes(uint64_t *sum, uint64_t *unknown, int64_t bytes)
{
	if (bytes < 0)
		(*unknown)++;
	else
		*sum += (uint64_t)bytes;
}

static void figures_add(struct stats_figures *f, const struct session *s, unsigned of)
{
	if (s->ending == ENDING_OPEN)
		f->open++;
	else
		f->sessions++;
	f->failed += session_failed(s);
	add_bytes(&f->tx_bytes, &f->tx_unknown, s->tx_bytes);
	add_bytes(&f->rx_bytes, &f->rx_unknown, s->rx_bytes);
	for (unsigned i = 0; i < MEASURES; i++) {
		const int64_t value = of >> i & 1 ? measures[i].read(s) : -1;

		if (value >= 0 && !histogram_add(&f->measured[i], (uint64_t)value))
			f->unmeasured++;
	}
}

static void figures_merge(struct stats_figures *f, const struct stats_figures *from)
{
	f->sessions += from->sessions;
	f->open += from->open;
	f->failed += from->failed;
	f->tx_bytes += from->tx_bytes;
	f->rx_bytes += from->rx_bytes;
	f->tx_unknown += from->tx_unknown;
	f->rx_unknown += from->rx_unknown;
	f->unmeasured += from->unmeasured;
	for (unsigned i = 0; i < MEASURES; i++)
		if (!histogram_merge(&f->measured[i], &from->measured[i]))
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
	const int64_t lifespan = measures[MEASURE_LIFESPAN].read(session);

	figures_add(group ? &group->figures : &s->other, session, s->of);
	figures_add(&s->all, session, s->of);
	if (lifespan >= 0)
		s->lifespans[lifespan_class(lifespan)]++;
}

const struct stats_by *stats_by(const struct stats *s)
{
	return &s->by;
}

unsigned stats_of(const struct stats *s)
{
	return s->of;
}

static int compare_groups(const void *a, const void *b)
{
	const struct stats_group *const *first = a, *const *second = b;
	const uint64_t more = (*first)->figures.sessions + (*first)->figures.open;
	const uint64_t less = (*second)->figures.sessions + (*second)->figures.open;

	if (more != less)
		return more < less ? 1 : -1;
	return (*first)->serial < (*second)->serial ? -1 : 1;
}

struct stats_group *const *stats_sort(struct stats *s, size_t *count)
{
	*count = table_count(s->table);
	memcpy(s->sorted, s->groups, *count * sizeof(struct stats_group *));
	qsort(s->sorted, *count, sizeof(struct stats_group *), compare_groups);
	figures_clear(&s->rest);
	figures_merge(&s->rest, &s->other);
	for (size_t i = s->groups_most; i < *count; i++)
		figures_merge(&s->rest, &s->sorted[i]->figures);
	*count = *count < s->groups_most ? *count : s->groups_most;
	return s->sorted;
}

const struct stats_figures *stats_all(const struct stats *s)
{
	return &s->all;
}

bool stats_empty(const struct stats *s)
{
	return !s->all.sessions && !s->all.open;
}

const struct stats_figures *stats_other(const struct stats *s)
{
	return &s->rest;
}

uint64_t stats_lifespans(const struct stats *s, unsigned n)
{
	return s->lifespans[n];
}

int64_t stats_lifespan_from(unsigned n)
{
	return n ? (int64_t)LIFESPAN_NS << (n - 1) : 0;
}
