// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "values.h"

#define GROUPS_MOST 262144
#define ENDED_MOST  262144 /* ended sessions kept from one look to the next */
#define MATCH_MAX   512	   /* bytes of what a text is looked for in */

struct rows {
	struct view_row *list;
	size_t count;
	size_t room;
};

struct view {
	struct rows shown;
	struct rows coming;    /* the next look's */
	struct groups *groups; /* NULL: none yet */
	struct view_totals totals;
	struct view_totals next;
	size_t ended; /* rows of `coming` */
	int64_t turned_ns;
	uint64_t dropped;
	struct names *names; /* copies of the cgroups' paths */
	/* What is arranged: the best rows of a list come first. */
	const struct view_order *order;
	uint32_t *places;
	size_t places_room;
};

struct view *view_new(int64_t now_ns)
{
	struct view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	view->turned_ns = now_ns;
	view->names = names_new();
	if (view->names)
		return view;
	view_free(view);
	return NULL;
}

void view_free(struct view *view)
{
	if (!view)
		return;
	free(view->shown.list);
	free(view->coming.list);
	groups_free(view->groups);
	free(view->places);
	names_free(view->names);
	free(view);
}

/* Returns a new row, or NULL if out of memory. */
static struct view_row *rows_add(struct rows *rows)
{
	if (rows->count == rows->room) {
		const size_t room = rows->room ? 2 * rows->room : 256;
		struct view_row *list = realloc(rows->list, room * sizeof(*list));

		if (!list)
			return NULL;
		rows->list = list;
		rows->room = room;
	}
	return &rows->list[rows->count++];
}

static void totals_add(struct view_totals *totals, const struct session *s, int64_t since_ns)
{
	const bool open = s->ending == ENDING_OPEN;

	totals->open += open;
	totals->ended += !open;
	totals->failed += !open && session_failed(s);
	totals->begun += s->age_known && s->started_ns - s->wall_offset_ns >= since_ns;
	totals->tx += s->tx_delta > 0 ? (uint64_t)s->tx_delta : 0;
	totals->rx += s->rx_delta > 0 ? (uint64_t)s->rx_delta : 0;
}

void view_add(struct view *view, const struct session *s)
{
	const bool open = s->ending == ENDING_OPEN;
	struct view_row *row = NULL;

	totals_add(&view->next, s, view->turned_ns);
	if (open || view->ended < ENDED_MOST)
		row = rows_add(&view->coming);
	if (!row) {
		view->dropped++;
		return;
	}
	row->s = *s;
	row->s.cgroup = names_keep(view->names, s->cgroup);
	row->s.container_id = names_keep(view->names, s->container_id);
	row->s.pod_uid = names_keep(view->names, s->pod_uid);
	row->sessions = open;
	view->ended += !open;
}

void view_turn(struct view *view, int64_t now_ns)
{
	const struct rows before = view->shown;

	view->shown = view->coming;
	view->coming = before;
	view->coming.count = 0;
	view->totals = view->next;
	view->totals.elapsed_ns = now_ns - view->turned_ns;
	view->next = (struct view_totals){ 0 };
	view->turned_ns = now_ns;
	view->ended = 0;
	view->dropped = 0;
}

const struct view_totals *view_totals(const struct view *view)
{
	return &view->totals;
}

uint64_t view_dropped(const struct view *view)
{
	return view->dropped;
}

/* --- filtering --- */

/* Everything that a row may show as text, whether or not it fits. */
static bool has_text(const struct view_row *row, const char *text)
{
	static const char *const keys[] = { "pid",   "comm", "laddr",  "lport", "raddr",
					    "rport", "dir",  "cgroup", "state" };
	char buffer[MATCH_MAX];
	struct text t;

	text_init(&t, buffer, sizeof(buffer) - 1);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		value_put_cell(&t, field_by_key(keys[i]), &row->s, SIZE_MAX);
		text_put_char(&t, ' ');
	}
	*t.at = '\0';
	return strcasestr(buffer, text);
}

/* --- grouping --- */

static void add_known(int64_t *sum, int64_t n)
{
	if (n >= 0)
		*sum = *sum < 0 ? n : *sum + n;
}

static void group_add(struct view_row *group, const struct view_row *row)
{
	add_known(&group->s.tx_delta, row->s.tx_delta);
	add_known(&group->s.rx_delta, row->s.rx_delta);
	group->s.live = row->s.live;
	if (!row->sessions)
		return;
	group->sessions++;
	add_known(&group->s.tx_bytes, row->s.tx_bytes);
	add_known(&group->s.rx_bytes, row->s.rx_bytes);
	add_known(&group->s.retrans, row->s.retrans);
	if (row->s.rtt_us > group->s.rtt_us)
		group->s.rtt_us = row->s.rtt_us;
	if (row->s.duration_ns > group->s.duration_ns) {
		group->s.duration_ns = row->s.duration_ns;
		group->s.age_known = row->s.age_known;
	}
}

static void group_begin(struct view_row *group)
{
	struct session *s = &group->s;

	s->tx_delta = s->rx_delta = s->tx_bytes = s->rx_bytes = -1;
	s->retrans = s->rtt_us = s->duration_ns = -1;
	s->age_known = true;
	group->begun = true;
}

static bool same_keys(const struct groups_by *a, const struct groups_by *b)
{
	for (unsigned i = 0; i < a->count && i < b->count; i++)
		if (a->keys[i] != b->keys[i])
			return false;
	return a->count == b->count;
}

/* Empties the groups; those of other keys are made anew. */
static bool groups_begin(struct view *view, const struct groups_by *by)
{
	if (view->groups && same_keys(groups_by(view->groups), by)) {
		groups_clear(view->groups);
		return true;
	}
	groups_free(view->groups);
	view->groups = groups_new(by, GROUPS_MOST, sizeof(struct view_row));
	return view->groups;
}

static bool make_groups(struct view *view)
{
	const struct view_order *order = view->order;

	if (!groups_begin(view, &order->by))
		return false;
	for (size_t i = 0; i < view->shown.count; i++) {
		const struct view_row *row = &view->shown.list[i];
		struct view_row *group;

		if (*order->text && !has_text(row, order->text))
			continue;
		group = groups_find(view->groups, &row->s);
		if (!group)
			return false;
		if (!group->begun)
			group_begin(group);
		group_add(group, row);
	}
	return true;
}

/* --- sorting --- */

static const struct view_row *row_at(const struct view *view, uint32_t n)
{
	return view->order->by.count ? groups_nth(view->groups, n) : &view->shown.list[n];
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct view *view = arg;
	const int result =
		view_column_compare(view->order->sort, row_at(view, *(const uint32_t *)a),
				    row_at(view, *(const uint32_t *)b));

	return view->order->reverse ? -result : result;
}

static void exchange(uint32_t *a, uint32_t *b)
{
	const uint32_t kept = *a;

	*a = *b;
	*b = kept;
}

/* Restores a heap with the last row at its top, below `at`. */
static void sift(struct view *view, size_t count, size_t at)
{
	for (;;) {
		size_t last = at;

		for (size_t child = 2 * at + 1; child < count && child <= 2 * at + 2; child++)
			if (compare(&view->places[child], &view->places[last], view) > 0)
				last = child;
		if (last == at)
			return;
		exchange(&view->places[at], &view->places[last]);
		at = last;
	}
}

/* Puts the first `most` of `count` places in order. The others come in any. */
static void sort(struct view *view, size_t count, size_t most)
{
	const size_t kept = most < count ? most : count;

	for (size_t i = kept / 2; i-- && kept < count;)
		sift(view, kept, i);
	for (size_t i = kept; i < count && kept; i++)
		if (compare(&view->places[i], &view->places[0], view) < 0) {
			exchange(&view->places[i], &view->places[0]);
			sift(view, kept, 0);
		}
	qsort_r(view->places, kept, sizeof(*view->places), compare, view);
}

static bool make_room(struct view *view, size_t count)
{
	uint32_t *places;

	if (count <= view->places_room)
		return true;
	places = realloc(view->places, count * sizeof(*places));
	if (!places)
		return false;
	view->places = places;
	view->places_room = count;
	return true;
}

size_t view_arrange(struct view *view, const struct view_order *order, size_t most)
{
	const bool grouped = order->by.count;
	size_t rows, count = 0;

	view->order = order;
	if (grouped && !make_groups(view))
		return 0;
	rows = grouped ? groups_count(view->groups) : view->shown.count;
	if (!make_room(view, rows))
		return 0;
	for (size_t i = 0; i < rows; i++) {
		const struct view_row *row = row_at(view, (uint32_t)i);

		if (grouped || (row->sessions && (!*order->text || has_text(row, order->text))))
			view->places[count++] = (uint32_t)i;
	}
	sort(view, count, most);
	return count;
}

const struct view_row *view_row(const struct view *view, size_t n)
{
	return row_at(view, view->places[n]);
}
