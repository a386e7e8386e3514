// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A table with a row per group, most sessions first, and columns as wide as needed. A histogram of
 * lifespans follows.
 */
#include <time.h>

#include "report_format.h"
#include "values.h"

#define CELL_MAX 256
#define BAR_MAX	 48 /* makes lines of 80 columns */

struct row {
	const struct report_page *page;
	const struct session *id; /* NULL: it has a label instead */
	const char *label;
	const struct stats_figures *figures;
};

/* Writes a sum, marked as a minimum if it is unknown for some sessions. */
static void put_sum(struct text *t, const struct row *row, uint64_t bytes, uint64_t unknown)
{
	if (unknown && unknown == row->figures->sessions + row->figures->open) {
		text_put_char(t, '-');
		return;
	}
	text_put(t, ">", unknown > 0);
	text_put_size(t, bytes);
}

/* Bytes, or milliseconds with the decimals needed for 0.1% and at most three. */
static void put_quantile(struct text *t, const struct histogram *h, unsigned permille, bool bytes)
{
	const int64_t ns = (int64_t)histogram_quantile(h, permille);

	if (!h->count)
		text_put_char(t, '-');
	else if (bytes)
		text_put_size(t, (uint64_t)ns);
	else if (ns < 1000000000)
		text_put_ms(t, ns, 3);
	else if (ns < 10000000000)
		text_put_ms(t, ns, 1);
	else
		text_put_number(t, (uint64_t)ns / 1000000);
}

static void put_sessions(struct text *t, const struct row *row)
{
	text_put_number(t, row->figures->sessions);
}

static void put_open(struct text *t, const struct row *row)
{
	text_put_number(t, row->figures->open);
}

static void put_failed(struct text *t, const struct row *row)
{
	text_put_number(t, row->figures->failed);
}

static void put_rate(struct text *t, const struct row *row)
{
	const int64_t rate = report_rate(row->page, row->figures->sessions);

	text_put_known(t, rate < 0 ? -1 : rate / 100);
	if (rate < 0)
		return;
	text_put_char(t, '.');
	text_put_digits(t, (uint64_t)rate % 100, 2);
}

static void put_tx(struct text *t, const struct row *row)
{
	put_sum(t, row, row->figures->tx_bytes, row->figures->tx_unknown);
}

static void put_rx(struct text *t, const struct row *row)
{
	put_sum(t, row, row->figures->rx_bytes, row->figures->rx_unknown);
}

struct column {
	const char *title[3]; /* one after the other, in capitals */
	/* What it shows, by the first of these that is there. */
	void (*put)(struct text *t, const struct row *row);
	const struct field *key;
	enum measure measure;
	unsigned permille;
};

static const struct column sums[] = {
	{ .title = { "SESSIONS" }, .put = put_sessions },
	{ .title = { "FAILED" }, .put = put_failed },
	{ .title = { "PER_S" }, .put = put_rate },
	{ .title = { "TX" }, .put = put_tx },
	{ .title = { "RX" }, .put = put_rx },
};

#define SUMS	     (sizeof(sums) / sizeof(sums[0]))
#define COLUMNS_MOST (FIELDS_MOST + SUMS + 1 + (size_t)MEASURES * QUANTILES)

/* Calls a function for each row, first with NULL if a header is wanted. */
struct walk {
	struct writer *writer;
	struct column columns[COLUMNS_MOST];
	size_t widths[COLUMNS_MOST];
	unsigned keys; /* these are the first columns */
	unsigned count;
	void (*visit)(struct walk *walk, const struct row *row);
};

static void add_measure(struct walk *walk, enum measure n, unsigned columns)
{
	const struct measure_row *measure = &measures[n];

	for (unsigned i = 0; i < QUANTILES; i++)
		if (columns >> i & 1)
			walk->columns[walk->count++] = (struct column){
				.title = { measure->title, quantiles[i].title,
					   measure->bytes ? NULL : "_MS" },
				.measure = n,
				.permille = quantiles[i].permille,
			};
}

/* The columns of what is measured, but none of nothing unless it was asked for. */
static void add_measures(struct walk *walk, const struct report_page *page)
{
	const struct stats_figures *all = stats_all(page->stats);

	for (unsigned i = 0; i < MEASURES; i++) {
		if (!(stats_of(page->stats) >> i & 1))
			continue;
		if (page->asked)
			add_measure(walk, (enum measure)i, (1 << QUANTILES) - 1);
		else if (all->measured[i].count || measures[i].always)
			add_measure(walk, (enum measure)i, measures[i].columns);
	}
}

/* The columns of a page. */
static void walk_plan(struct walk *walk, const struct report_page *page)
{
	const struct groups_by *by = stats_by(page->stats);

	for (unsigned i = 0; i < by->count; i++)
		walk->columns[walk->count++] =
			(struct column){ .title = { by->keys[i]->key }, .key = by->keys[i] };
	walk->keys = walk->count;
	for (unsigned i = 0; i < SUMS; i++)
		walk->columns[walk->count++] = sums[i];
	if (stats_all(page->stats)->open)
		walk->columns[walk->count++] =
			(struct column){ .title = { "OPEN" }, .put = put_open };
	add_measures(walk, page);
}

static void put_title(struct text *t, const struct column *column)
{
	for (unsigned i = 0; i < 3 && column->title[i]; i++)
		text_put_capitals(t, column->title[i]);
}

/* row: NULL for the header. */
static void put_cell(struct text *t, const struct walk *walk, unsigned n, const struct row *row)
{
	const struct column *column = &walk->columns[n];

	if (!row)
		put_title(t, column);
	else if (column->put)
		column->put(t, row);
	else if (!column->key)
		put_quantile(t, &row->figures->measured[column->measure], column->permille,
			     measures[column->measure].bytes);
	else if (row->id)
		value_put_cell(t, column->key, row->id, CELL_MAX);
	else if (!n)
		text_put_string(t, row->label);
}

static void measure_row(struct walk *walk, const struct row *row)
{
	for (unsigned i = 0; i < walk->count; i++) {
		char buffer[CELL_MAX];
		struct text cell;
		size_t columns;

		text_init(&cell, buffer, sizeof(buffer));
		put_cell(&cell, walk, i, row);
		columns = text_columns(cell.begin, cell.at);
		if (columns > walk->widths[i])
			walk->widths[i] = columns;
	}
}

static void write_row(struct walk *walk, const struct row *row)
{
	struct text *t = writer_room(walk->writer);
	const unsigned last = walk->count - 1;

	for (unsigned i = 0; i <= last; i++) {
		const char *from = t->at;

		put_cell(t, walk, i, row);
		if (i < walk->keys)
			text_pad_right(t, from, walk->widths[i]);
		else
			text_pad_left(t, from, walk->widths[i]);
		text_put_char(t, i < last ? ' ' : '\n');
	}
}

static void walk_rows(struct walk *walk, const struct report_page *page)
{
	size_t count;
	struct stats_group *const *groups = stats_sort(page->stats, &count);
	struct row row = { .page = page };
	uint64_t others;

	if (page->header)
		walk->visit(walk, NULL);
	for (size_t i = 0; i < count; i++) {
		row.id = &groups[i]->id;
		row.figures = &groups[i]->figures;
		walk->visit(walk, &row);
	}
	row.id = NULL;
	row.label = "other";
	row.figures = stats_other(page->stats);
	others = row.figures->sessions + row.figures->open;
	if (others)
		walk->visit(walk, &row);
	row.label = "all";
	row.figures = stats_all(page->stats);
	if (count != 1 || others)
		walk->visit(walk, &row);
}

/* "10.0 s to 12:34:56" */
static void write_caption(struct writer *w, const struct report_page *page)
{
	struct text *t = writer_room(w);
	const time_t second = (time_t)(page->ended_ns / 1000000000);
	const uint64_t tenths = ((uint64_t)page->elapsed_ns + 50000000) / 100000000;
	const uint64_t unmeasured = stats_all(page->stats)->unmeasured;
	struct tm tm;

	localtime_r(&second, &tm);
	text_put_string(t, page->whole ? "all " : "");
	text_put_number(t, tenths / 10);
	text_put_char(t, '.');
	text_put_number(t, tenths % 10);
	text_put_string(t, " s to ");
	text_put_clock(t, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (unmeasured) {
		text_put_string(t, "; out of memory: sessions not in the percentiles: ");
		text_put_number(t, unmeasured);
	}
	text_put_char(t, '\n');
}

/* Bars are drawn in eighths of a column if the terminal can. Any count above 0 is visible. */
static void put_bar(struct text *t, uint64_t count, uint64_t most, bool utf8)
{
	static const char eighths[8][4] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	const uint64_t parts = utf8 ? 8 : 1;
	uint64_t length = (uint64_t)((double)count / (double)most * BAR_MAX * (double)parts + 0.5);

	if (count && !length)
		length = 1;
	for (; length >= parts; length -= parts)
		text_put_string(t, utf8 ? "█" : "#");
	text_put_string(t, eighths[length]);
}

static void put_from(struct text *t, int64_t ns)
{
	if (ns && ns < 1000000)
		text_put_ms(t, ns, 3);
	else
		text_put_number(t, (uint64_t)ns / 1000000);
}

/* Writes a class of lifespans: its lower bound, count and bar. */
static void write_lifespans(struct writer *w, const struct report_page *page, unsigned n,
			    uint64_t most)
{
	struct text *t = writer_room(w);
	const uint64_t count = stats_lifespans(page->stats, n);
	const char *from = t->at;

	put_from(t, stats_lifespan_from(n));
	text_pad_left(t, from, 10);
	text_put_char(t, ' ');
	from = t->at;
	text_put_number(t, count);
	text_pad_left(t, from, 10);
	text_put_string(t, count ? " |" : " |\n");
	if (!count)
		return;
	put_bar(t, count, most, page->utf8);
	text_put_char(t, '\n');
}

static void write_histogram(struct writer *w, const struct report_page *page)
{
	unsigned first = STATS_LIFESPANS, last = 0;
	uint64_t most = 0;

	for (unsigned i = 0; i < STATS_LIFESPANS; i++) {
		const uint64_t count = stats_lifespans(page->stats, i);

		if (!count)
			continue;
		last = i;
		most = count > most ? count : most;
		first = i < first ? i : first;
	}
	if (!most)
		return;
	text_put_string(writer_room(w), page->header ? "\n   FROM_MS   SESSIONS\n" : "\n");
	for (unsigned i = first; i <= last; i++)
		write_lifespans(w, page, i, most);
}

void report_table(struct writer *w, const struct report_page *page)
{
	struct walk walk = { .writer = w, .visit = measure_row };

	write_caption(w, page);
	walk_plan(&walk, page);
	walk_rows(&walk, page);
	walk.visit = write_row;
	walk_rows(&walk, page);
	if (page->histogram)
		write_histogram(w, page);
	text_put_char(writer_room(w), '\n');
}
