// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "page.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define SUMMARY_MAX 512 /* bytes */
#define FOOTER	    "q quit  space hold  s sort  r reverse  g group  / filter  ? help"

static const char *const help[] = {
	"The TCP sessions that are open, and what they move. Any key returns.",
	"",
	"  q, Ctrl-C        quit",
	"  space            hold the page; space again goes on",
	"  s, right, left   sort by the next column, or by the one before",
	"  r                reverse the order",
	"  g                group: by process, remote address, port, cgroup, or not",
	"  /                show only sessions with this text in a name, address, ...",
	"  Esc              show all again",
	"  up, down, pages  scroll; Home and End go to both ends",
	"  Ctrl-Z           stop; fg comes back",
	"",
	"TX/s, RX/s   payload bytes a second since the last page; of a group, also",
	"             of its sessions that have ended meanwhile",
	"AGE          since the session was established; with > at least that long",
	"RTT_MS       of a group, the highest; AGE, the oldest",
	"open         sessions that are open now; begun, ended, failed: a second",
};

bool page_init(struct page *page, const struct output_request *request, const struct writer *writer,
	       enum view_kind kind, int64_t now_ns)
{
	const bool terminal =
		outlet_fd(writer_outlet(writer)) >= 0 && !request->file && isatty(STDOUT_FILENO);

	*page = (struct page){
		.view = view_new(now_ns),
		.kind = kind,
		.extended = request->extended,
		.header = request->header == HEADER_YES,
		.order.by = request->figures.by,
	};
	if (!page->view)
		return false;
	if (terminal)
		page->screen = screen_find();
	if (kind == VIEW_LIST)
		page->screen.works = page->screen.has_keys = false;
	page->columns_most = terminal ? page->screen.columns : VIEW_WIDEST;
	/* A terminal that cannot move its cursor still shows a page at a time. */
	page->most = terminal && kind == VIEW_RATES ? page->screen.rows - 3 : SIZE_MAX;
	page_choose(page);
	return true;
}

void page_free(struct page *page)
{
	view_free(page->view);
}

void page_choose(struct page *page)
{
	page->order.sort = NULL;
	page->scroll = 0;
	view_columns_choose(&page->columns, &page->order.by, page->kind, page->extended);
}

void page_sort_next(struct page *page, int step)
{
	const struct view_columns *c = &page->columns;
	const int count = (int)c->count;
	int at = page->order.sort ? (int)(page->order.sort - c->list) : -1;

	/* -1 stands for the order at the start. */
	do
		at = (at + 1 + step + count + 1) % (count + 1) - 1;
	while (at >= 0 && !c->widths[at]);
	page->order.sort = at < 0 ? NULL : &c->list[at];
	page->scroll = 0;
}

void page_type(struct page *page, bool typing)
{
	page->typing = typing;
}

/* --- the line of totals --- */

static void put_count(struct text *t, uint64_t count, int64_t per_ns)
{
	const double rate = per_ns > 0 ? (double)count * 1e9 / (double)per_ns : 0;
	const uint64_t tenths = (uint64_t)(rate * 10 + 0.5);

	text_put_number(t, tenths / 10);
	if (tenths % 10 && tenths < 1000) {
		text_put_char(t, '.');
		text_put_number(t, tenths % 10);
	}
}

static void put_bytes(struct text *t, uint64_t bytes, int64_t per_ns)
{
	text_put_size(t, per_ns > 0 ? (uint64_t)((double)bytes * 1e9 / (double)per_ns + 0.5) : 0);
}

static void put_totals(struct text *t, const struct page *page)
{
	const struct view_totals *totals = view_totals(page->view);
	const int64_t per_ns = totals->elapsed_ns;

	text_put_string(t, "open ");
	text_put_number(t, totals->open);
	text_put_string(t, "  begun ");
	put_count(t, totals->begun, per_ns);
	text_put_string(t, "/s  ended ");
	put_count(t, totals->ended, per_ns);
	text_put_string(t, "/s  failed ");
	put_count(t, totals->failed, per_ns);
	text_put_string(t, "/s  TX ");
	put_bytes(t, totals->tx, per_ns);
	text_put_string(t, "/s  RX ");
	put_bytes(t, totals->rx, per_ns);
	text_put_string(t, "/s");
}

/* Takes whole items off the end: half a number would be another one. */
static void cut_items(struct text *t, size_t columns)
{
	while (text_length(t) > columns)
		do
			t->at--;
		while (t->at > t->begin && memcmp(t->at, "  ", 2) != 0);
}

/* To the right, if there is room. */
static void put_clock(struct text *t, const struct page *page, size_t columns)
{
	const time_t second = (time_t)(clock_wall_ns() / 1000000000);
	const size_t used = text_length(t);
	char buffer[64];
	struct text clock;
	struct tm tm;

	localtime_r(&second, &tm);
	text_init(&clock, buffer, sizeof(buffer));
	text_put_string(&clock, page->held ? "HELD " : "");
	if (!page->held || used + 2 + sizeof("HELD 12:34:56") <= columns)
		text_put_clock(&clock, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (used + 2 + text_length(&clock) > columns) {
		if (!page->held)
			return;
		/* That the page stands still matters more than the totals. */
		cut_items(t, columns > 6 ? columns - 6 : 0);
	}
	while (text_length(t) + text_length(&clock) < columns && text_length(t) < 100)
		text_put_char(t, ' ');
	text_put(t, buffer, text_length(&clock));
}

static void write_totals(const struct page *page, struct writer *writer, size_t columns)
{
	struct text *t = writer_room(writer);
	char buffer[SUMMARY_MAX];
	struct text line;

	text_init(&line, buffer, sizeof(buffer));
	put_totals(&line, page);
	cut_items(&line, columns);
	put_clock(&line, page, columns);
	text_put(t, buffer, text_length(&line) < columns ? text_length(&line) : columns);
}

/* --- rows --- */

static void measure(struct page *page, size_t first, size_t last)
{
	const int64_t per_ns = view_totals(page->view)->elapsed_ns;

	memset(page->columns.widths, 0, sizeof(page->columns.widths));
	view_columns_measure(&page->columns, NULL, per_ns);
	for (size_t i = first; i < last; i++)
		view_columns_measure(&page->columns, view_row(page->view, i), per_ns);
	view_columns_fit(&page->columns, page->columns_most);
}

static void write_row(const struct page *page, struct writer *writer, const struct view_row *row)
{
	view_columns_put(&page->columns, writer_room(writer), row,
			 view_totals(page->view)->elapsed_ns);
}

/* Sorts what a page of so many rows shows. Returns how many rows there are in all. */
static size_t arrange(struct page *page, size_t room)
{
	size_t count;

	/* Beyond the end, the last page is shown. */
	if (page->scroll > SIZE_MAX / 4)
		page->scroll = view_arrange(page->view, &page->order, 0);
	count = view_arrange(page->view, &page->order,
			     room < SIZE_MAX - page->scroll ? page->scroll + room : SIZE_MAX);
	/* Then all rows are in order already. */
	if (page->scroll > (count > room ? count - room : 0))
		page->scroll = count > room ? count - room : 0;
	return count;
}

static const char *nothing(const struct page *page)
{
	if (!view_totals(page->view)->elapsed_ns)
		return "reading the open sessions ...";
	return *page->order.text ? "no open session has this text" : "no session is open";
}

/* --- on a terminal --- */

static void write_help(const struct page *page, struct writer *writer)
{
	const size_t count = sizeof(help) / sizeof(*help);

	for (size_t i = 0; i < page->screen.rows; i++) {
		struct text *t = writer_room(writer);

		screen_row(t, i);
		if (i < count)
			text_put_name(t, help[i], page->screen.columns);
	}
}

static void put_filter(struct text *t, const struct page *page, size_t columns)
{
	text_put_char(t, '/');
	text_put_name(t, page->order.text, columns > 2 ? columns - 2 : 0);
	if (page->typing)
		text_put_char(t, '_');
}

/* What is shown, and what keys there are. */
static void write_footer(const struct page *page, struct writer *writer, size_t count, size_t room)
{
	const size_t columns = page->screen.columns;
	struct text *t = writer_room(writer);
	char buffer[SUMMARY_MAX];
	struct text line;

	text_init(&line, buffer, sizeof(buffer));
	if (count > room) {
		text_put_number(&line, page->scroll + 1);
		text_put_char(&line, '-');
		text_put_number(&line, page->scroll + room < count ? page->scroll + room : count);
		text_put_string(&line, " of ");
		text_put_number(&line, count);
		cut_items(&line, columns);
		text_put_string(&line, "  ");
	}
	if (page->typing || *page->order.text)
		put_filter(&line, page, columns / 2);
	else
		text_put_string(&line, page->screen.has_keys ? FOOTER : "Ctrl-C quits");
	while (text_columns(line.begin, line.at) > columns)
		line.at--;
	screen_row(t, page->screen.rows - 1);
	text_put(t, buffer, text_length(&line));
}

/* Of few lines, a session gets the last one; the titles, the totals and the footer come after it.
 */
static void write_screen(struct page *page, struct writer *writer)
{
	const size_t lines = page->screen.rows;
	const bool footer = lines > 3 || (lines == 3 && page->typing);
	const bool totals = lines > 3 || (lines == 3 && !page->typing);
	const size_t above = (size_t)totals + (lines > 1);
	const size_t room = lines - above - footer;
	const size_t count = arrange(page, room);
	const size_t shown = count - page->scroll < room ? count - page->scroll : room;

	page->columns_most = page->screen.columns;
	measure(page, page->scroll, page->scroll + shown);
	screen_row(writer_room(writer), 0);
	if (totals) {
		write_totals(page, writer, page->screen.columns);
		screen_row(writer_room(writer), 1);
	}
	if (above)
		view_columns_put_titles(&page->columns, writer_room(writer), page->order.sort,
					page->screen.columns);
	for (size_t i = 0; i < shown; i++) {
		screen_row(writer_room(writer), above + i);
		write_row(page, writer, view_row(page->view, page->scroll + i));
	}
	if (above + shown < lines)
		screen_clear_below(writer_room(writer), above + shown);
	if (!count)
		text_put_name(writer_room(writer), nothing(page), page->screen.columns);
	if (footer)
		write_footer(page, writer, count, room);
}

/* --- elsewhere --- */

static void end_line(struct writer *writer)
{
	text_put_char(writer_room(writer), '\n');
}

static void write_block(struct page *page, struct writer *writer)
{
	const size_t count = view_arrange(page->view, &page->order, page->most);
	const size_t last = count < page->most ? count : page->most;

	measure(page, 0, last);
	if (page->kind == VIEW_RATES) {
		write_totals(page, writer, page->columns_most);
		end_line(writer);
	}
	if (page->header) {
		write_row(page, writer, NULL);
		end_line(writer);
	}
	for (size_t i = 0; i < last && writer_status(writer) == WRITER_OK; i++) {
		write_row(page, writer, view_row(page->view, i));
		end_line(writer);
	}
	if (page->kind == VIEW_RATES)
		end_line(writer);
}

void page_write(struct page *page, struct writer *writer)
{
	if (!page->screen.works)
		write_block(page, writer);
	else if (page->help)
		write_help(page, writer);
	else
		write_screen(page, writer);
}
