// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "view_columns.h"

#include <string.h>

#include "base/screen.h"
#include "values.h"

#define CELL_MAX 256 /* bytes */

/* --- measures --- */

static void put_known(struct text *t, int64_t n, void (*put)(struct text *t, uint64_t n))
{
	if (n < 0)
		text_put_char(t, '-');
	else
		put(t, (uint64_t)n);
}

static void put_rate(struct text *t, int64_t bytes, int64_t per_ns)
{
	if (bytes < 0 || per_ns <= 0)
		text_put_char(t, '-');
	else
		text_put_size(t, (uint64_t)((double)bytes * 1e9 / (double)per_ns + 0.5));
}

static int64_t tx_rate(const struct view_row *row)
{
	return row->s.tx_delta;
}

static int64_t rx_rate(const struct view_row *row)
{
	return row->s.rx_delta;
}

static void put_tx_rate(struct text *t, const struct view_row *row, int64_t per_ns)
{
	put_rate(t, row->s.tx_delta, per_ns);
}

static void put_rx_rate(struct text *t, const struct view_row *row, int64_t per_ns)
{
	put_rate(t, row->s.rx_delta, per_ns);
}

static int64_t tx(const struct view_row *row)
{
	return row->s.tx_bytes;
}

static int64_t rx(const struct view_row *row)
{
	return row->s.rx_bytes;
}

static void put_tx(struct text *t, const struct view_row *row, int64_t per_ns)
{
	(void)per_ns;
	put_known(t, row->s.tx_bytes, text_put_size);
}

static void put_rx(struct text *t, const struct view_row *row, int64_t per_ns)
{
	(void)per_ns;
	put_known(t, row->s.rx_bytes, text_put_size);
}

static int64_t age(const struct view_row *row)
{
	return row->s.duration_ns;
}

static void put_age(struct text *t, const struct view_row *row, int64_t per_ns)
{
	(void)per_ns;
	if (row->s.duration_ns < 0) {
		text_put_char(t, '-');
		return;
	}
	text_put(t, ">", !row->s.age_known);
	text_put_span(t, row->s.duration_ns);
}

static int64_t rtt(const struct view_row *row)
{
	return row->s.rtt_us;
}

/* In milliseconds, with the decimals that four columns have room for. */
static void put_rtt(struct text *t, const struct view_row *row, int64_t per_ns)
{
	const int64_t us = row->s.rtt_us;

	(void)per_ns;
	if (us < 0)
		text_put_char(t, '-');
	else if (us < 100000)
		text_put_ms(t, us * 1000, us < 10000 ? 2 : 1);
	else
		text_put_number(t, (uint64_t)(us + 500) / 1000);
}

static int64_t retrans(const struct view_row *row)
{
	return row->s.retrans;
}

static void put_retrans(struct text *t, const struct view_row *row, int64_t per_ns)
{
	(void)per_ns;
	text_put_known(t, row->s.retrans);
}

static int64_t sessions(const struct view_row *row)
{
	return (int64_t)row->sessions;
}

static void put_sessions(struct text *t, const struct view_row *row, int64_t per_ns)
{
	(void)per_ns;
	text_put_number(t, row->sessions);
}

/* --- which columns there are --- */

enum shown {
	SHOWN_SESSION = 1, /* for single sessions */
	SHOWN_GROUP = 2,
	SHOWN_RATES = 4,    /* only if rates are known */
	SHOWN_EXTENDED = 8, /* only on request */
};

static const struct {
	struct view_column column;
	const char *key; /* of the field; NULL: a measure */
	uint8_t shown;	 /* a mask of enum shown */
} all[] = {
	{ { "PID", .rank = 5, .least = 5 }, "pid", SHOWN_SESSION },
	{ { "COMM", .rank = 2, .least = 10 }, "comm", SHOWN_SESSION },
	{ { "LADDR", .rank = 14, .least = 15 }, "laddr", SHOWN_SESSION },
	{ { "LPORT", .rank = 6, .least = 5 }, "lport", SHOWN_SESSION },
	{ { "RADDR", .rank = 3, .least = 15 }, "raddr", SHOWN_SESSION },
	{ { "RPORT", .rank = 4, .least = 5 }, "rport", SHOWN_SESSION },
	{ { "SESSIONS", .put = put_sessions, .value = sessions, .rank = 0, .least = 8 },
	  NULL,
	  SHOWN_GROUP },
	{ { "TX/s", .put = put_tx_rate, .value = tx_rate, .rank = 0, .least = 5 },
	  NULL,
	  SHOWN_SESSION | SHOWN_GROUP | SHOWN_RATES },
	{ { "RX/s", .put = put_rx_rate, .value = rx_rate, .rank = 1, .least = 5 },
	  NULL,
	  SHOWN_SESSION | SHOWN_GROUP | SHOWN_RATES },
	{ { "TX", .put = put_tx, .value = tx, .rank = 10, .least = 5 },
	  NULL,
	  SHOWN_SESSION | SHOWN_GROUP },
	{ { "RX", .put = put_rx, .value = rx, .rank = 11, .least = 5 },
	  NULL,
	  SHOWN_SESSION | SHOWN_GROUP },
	{ { "AGE", .put = put_age, .value = age, .rank = 7, .least = 7 },
	  NULL,
	  SHOWN_SESSION | SHOWN_GROUP },
	{ { "RTT_MS", .put = put_rtt, .value = rtt, .rank = 8, .least = 6 },
	  NULL,
	  SHOWN_SESSION | SHOWN_GROUP },
	{ { "RETRANS", .put = put_retrans, .value = retrans, .rank = 12, .least = 7 },
	  NULL,
	  SHOWN_SESSION | SHOWN_GROUP },
	{ { "DIR", .rank = 9, .least = 3 }, "dir", SHOWN_SESSION },
	{ { "STATE", .rank = 13, .least = 11 }, "state", SHOWN_SESSION },
	{ { "UID", .rank = 16, .least = 5 }, "uid", SHOWN_SESSION | SHOWN_EXTENDED },
	{ { "NETNS", .rank = 17, .least = 10 }, "netns", SHOWN_SESSION | SHOWN_EXTENDED },
	{ { "CGROUP", .rank = 15, .least = 12 }, "cgroup", SHOWN_SESSION },
};

static void add_keys(struct view_columns *c, const struct groups_by *by)
{
	for (unsigned i = 0; i < by->count && c->count < VIEW_COLUMNS - 8; i++)
		c->list[c->count++] = (struct view_column){
			.field = by->keys[i],
			.title = by->keys[i]->key,
			.least = by->keys[i]->type == VALUE_NUMBER ? 5 : 15,
		};
}

void view_columns_choose(struct view_columns *c, const struct groups_by *by, enum view_kind kind,
			 bool extended)
{
	const unsigned wanted = by->count ? SHOWN_GROUP : SHOWN_SESSION;

	*c = (struct view_columns){ .count = 0 };
	add_keys(c, by);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct view_column *column = &c->list[c->count];

		if (!(all[i].shown & wanted) || (all[i].shown & SHOWN_RATES && kind == VIEW_LIST) ||
		    (all[i].shown & SHOWN_EXTENDED && !extended))
			continue;
		*column = all[i].column;
		column->field = all[i].key ? field_by_key(all[i].key) : NULL;
		column->right = !all[i].key;
		c->count++;
	}
}

/* --- how wide they are --- */

static void put_title(struct text *t, const struct view_column *column)
{
	/* TX/s is no key. */
	if (column->field)
		text_put_capitals(t, column->title);
	else
		text_put_string(t, column->title);
}

static void put_cell(struct text *t, const struct view_column *column, const struct view_row *row,
		     int64_t per_ns, size_t width)
{
	if (!row)
		put_title(t, column);
	else if (column->field)
		value_put_cell(t, column->field, &row->s, width);
	else
		column->put(t, row, per_ns);
}

void view_columns_measure(struct view_columns *c, const struct view_row *row, int64_t per_ns)
{
	for (size_t i = 0; i < c->count; i++) {
		char buffer[CELL_MAX];
		struct text cell;
		size_t columns;

		text_init(&cell, buffer, sizeof(buffer));
		put_cell(&cell, &c->list[i], row, per_ns, CELL_MAX / 4);
		columns = text_columns(cell.begin, cell.at);
		if (columns > c->widths[i])
			c->widths[i] = columns;
	}
}

/* The column of the lowest rank that is above `rank`, or of the same rank and further right. */
static size_t next_of(const struct view_columns *c, int rank, size_t at)
{
	size_t best = c->count;

	for (size_t i = 0; i < c->count; i++) {
		const int own = c->list[i].rank;

		if ((own > rank || (own == rank && i > at)) &&
		    (best == c->count || own < c->list[best].rank))
			best = i;
	}
	return best;
}

void view_columns_fit(struct view_columns *c, size_t columns)
{
	size_t wanted[VIEW_COLUMNS], used = 0;
	size_t i;

	memcpy(wanted, c->widths, sizeof(wanted));
	memset(c->widths, 0, sizeof(c->widths));
	for (i = next_of(c, -1, 0); i < c->count; i = next_of(c, c->list[i].rank, i)) {
		const size_t title = strlen(c->list[i].title);
		size_t least = c->list[i].least;

		/* Numbers keep their width, so that columns do not jump from page to page. */
		if (wanted[i] < least && !c->list[i].right)
			least = wanted[i];
		least = least < title ? title : least;
		if (used + least + (used > 0) > columns)
			break;
		c->widths[i] = least;
		used += least + (used > 0);
	}
	for (i = next_of(c, -1, 0); i < c->count; i = next_of(c, c->list[i].rank, i)) {
		size_t more;

		if (!c->widths[i] || wanted[i] <= c->widths[i])
			continue;
		more = wanted[i] - c->widths[i];
		more = more < columns - used ? more : columns - used;
		c->widths[i] += more;
		used += more;
	}
}

/* Cuts what was written since `from` to the width. What is cut ends with a mark. */
static void cut(struct text *t, char *from, size_t width)
{
	if (text_columns(from, t->at) <= width)
		return;
	while (t->at > from && text_columns(from, t->at) >= width)
		do
			t->at--;
		while (t->at > from && (*t->at & 0xc0) == 0x80);
	text_put_char(t, '~');
}

/* Writes the cell and its padding. */
static void put_column(const struct view_columns *c, size_t i, struct text *t,
		       const struct view_row *row, int64_t per_ns)
{
	char *from = t->at;

	put_cell(t, &c->list[i], row, per_ns, CELL_MAX / 4);
	cut(t, from, c->widths[i]);
	if (c->list[i].right)
		text_pad_left(t, from, c->widths[i]);
	else
		text_pad_right(t, from, c->widths[i]);
}

void view_columns_put(const struct view_columns *c, struct text *t, const struct view_row *row,
		      int64_t per_ns)
{
	const char *const from = t->at;

	for (size_t i = 0; i < c->count; i++) {
		if (!c->widths[i])
			continue;
		if (t->at > from)
			text_put_char(t, ' ');
		put_column(c, i, t, row, per_ns);
	}
	while (t->at > from && t->at[-1] == ' ')
		t->at--;
}

void view_columns_put_titles(const struct view_columns *c, struct text *t,
			     const struct view_column *sort, size_t columns)
{
	size_t used = 0;

	text_put_string(t, SCREEN_REVERSE);
	for (size_t i = 0; i < c->count; i++) {
		if (!c->widths[i])
			continue;
		if (used)
			text_put_char(t, ' ');
		used += c->widths[i] + (used > 0);
		text_put_string(t, &c->list[i] == sort ? SCREEN_PLAIN SCREEN_BOLD : "");
		put_column(c, i, t, NULL, 0);
		text_put_string(t, &c->list[i] == sort ? SCREEN_PLAIN SCREEN_REVERSE : "");
	}
	for (; used < columns; used++)
		text_put_char(t, ' ');
	text_put_string(t, SCREEN_PLAIN);
}
