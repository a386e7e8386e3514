// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stats.h"

#include <stdlib.h>
#include <string.h>

#define LIFESPAN_NS 15625 /* 1/64 ms */

struct stats {
	unsigned of; /* mask by enum measure */
	uint32_t groups_most;
	struct groups *groups;
	struct stats_group *sorted[STATS_GROUPS]; /* the result of stats_sort() */
	struct stats_figures all;
	struct stats_figures other;
	struct stats_figures rest; /* `other` and the groups that are not shown */
	uint64_t lifespans[STATS_LIFESPANS];
};

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

	if (!s)
		return NULL;
	s->groups = groups_new(&request->by, STATS_GROUPS, sizeof(struct stats_group));
	if (!s->groups) {
		free(s);
		return NULL;
	}
	s->of = request->of ? request->of : MEASURES_USUAL;
	s->groups_most = request->groups ? request->groups : STATS_GROUPS;
	return s;
}

static void figures_clear(struct stats_figures *f)
{
	for (unsigned i = 0; i < MEASURES; i++)
		histogram_clear(&f->measured[i]);
	*f = (struct stats_figures){ 0 };
}

static struct stats_group *nth_group(const struct stats *s, uint32_t n)
{
	return groups_nth(s->groups, n);
}

void stats_clear(struct stats *s)
{
	for (uint32_t i = 0; i < groups_count(s->groups); i++)
		figures_clear(&nth_group(s, i)->figures);
	groups_clear(s->groups);
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
	groups_free(s->groups);
	free(s);
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
	struct stats_group *group = groups_find(s->groups, session);
	const int64_t lifespan = measures[MEASURE_LIFESPAN].read(session);

	figures_add(group ? &group->figures : &s->other, session, s->of);
	figures_add(&s->all, session, s->of);
	if (lifespan >= 0)
		s->lifespans[lifespan_class(lifespan)]++;
}

const struct groups_by *stats_by(const struct stats *s)
{
	return groups_by(s->groups);
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
	*count = groups_count(s->groups);
	for (uint32_t i = 0; i < *count; i++) {
		s->sorted[i] = nth_group(s, i);
		s->sorted[i]->serial = i;
	}
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
