/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "columns.h"

#include <time.h>

#include "values.h"

#define LABEL_LEAST 12 /* columns for a part of a path: the digits of a container's id */

static void put_time(struct text *t, struct columns *c, const struct session *s)
{
	const time_t second = (time_t)(s->ended_ns / 1000000000);

	if (!s->ended_ns) {
		text_put_char(t, '-');
		return;
	}
	if (second != c->clock_second) {
		struct text clock;
		struct tm tm;

		localtime_r(&second, &tm);
		text_init(&clock, c->clock, sizeof(c->clock));
		text_put_clock(&clock, tm.tm_hour, tm.tm_min, tm.tm_sec);
		c->clock_second = second;
	}
	text_put(t, c->clock, sizeof(c->clock));
}

static void put_timestamp(struct text *t, struct columns *c, const struct session *s)
{
	/* In monotonic time: the wall clock may be set meanwhile. */
	const int64_t end_ns = s->ended_ns - s->wall_offset_ns;
	uint64_t us;

	if (!s->ended_ns) {
		text_put_char(t, '-');
		return;
	}
	if (!c->first_seen) {
		c->first_seen = true;
		c->first_ns = end_ns;
	}
	/* Records of several CPUs arrive slightly out of order. */
	us = end_ns > c->first_ns ? (uint64_t)(end_ns - c->first_ns) / 1000 : 0;
	text_put_number(t, us / 1000000);
	text_put_char(t, '.');
	text_put_digits(t, us % 1000000, 6);
}

void columns_put(struct columns *c, size_t n, struct text *t, const struct session *s)
{
	const struct field *f = c->list[n];

	switch ((enum value_type)f->type) {
	case VALUE_CLOCK:
		put_time(t, c, s);
		break;
	case VALUE_SECONDS:
		put_timestamp(t, c, s);
		break;
	default:
		value_put_cell(t, f, s, c->cuts[n]);
		break;
	}
}

/* Columns are sorted by their place, which differs from the order of the fields. */
static void column_insert(struct columns *c, const struct field *f)
{
	size_t at = c->count++;

	for (; at && c->list[at - 1]->column.place > f->column.place; at--)
		c->list[at] = c->list[at - 1];
	c->list[at] = f;
}

void columns_choose(struct columns *c, const struct output_request *request)
{
	const bool csv = request->format == FORMAT_CSV;
	const unsigned sets =
		(request->time ? COLUMN_TIME : 0) | (request->timestamp ? COLUMN_TIMESTAMP : 0) |
		(request->wide || csv ? COLUMN_IP : 0) | (request->ending ? COLUMN_ENDING : 0) |
		(request->extended ? COLUMN_EXTENDED : 0) | (request->deltas ? COLUMN_DELTA : 0);

	*c = (struct columns){ .clock_second = -1, .kept = sets & ~(unsigned)COLUMN_EXTENDED };
	for (size_t i = 0; i < fields_count; i++) {
		const struct field_column *column = &fields[i].column;

		if (column->title && (!column->set || column->set & sets) &&
		    !(fields[i].extra & ~request->extras))
			column_insert(c, &fields[i]);
	}
	for (size_t i = 0; i < c->count; i++) {
		const struct field *f = c->list[i];
		const bool whole = csv || f->type == VALUE_PATH;

		c->widths[i] = request->wide ? f->column.wide : f->column.width;
		c->cuts[i] = whole ? SIZE_MAX : request->extended ? f->column.wide : c->widths[i];
	}
}

/* How many columns of the terminal the table takes; a path is not padded. */
static size_t table_width(const struct columns *c)
{
	size_t width = c->count - 1;

	for (size_t i = 0; i < c->count; i++)
		width += c->list[i]->type == VALUE_PATH ? LABEL_LEAST : c->widths[i];
	return width;
}

static unsigned spare(const struct columns *c, size_t n)
{
	const struct field_column *column = &c->list[n]->column;

	return (column->set & c->kept) ? 0 : column->spare;
}

/* Leaves out the column that can be spared most. Returns false if none can. */
static bool leave_out(struct columns *c)
{
	size_t most = 0;

	for (size_t i = 1; i < c->count; i++)
		if (spare(c, i) > spare(c, most))
			most = i;
	if (!spare(c, most))
		return false;
	c->left_out[c->left_out_count++] = c->list[most];
	c->count--;
	for (size_t i = most; i < c->count; i++) {
		c->list[i] = c->list[i + 1];
		c->widths[i] = c->widths[i + 1];
		c->cuts[i] = c->cuts[i + 1];
	}
	return true;
}

/* Makes the columns of this type as wide as they can be, if there is room for that. */
static void widen(struct columns *c, enum value_type type, size_t terminal)
{
	size_t more = 0;

	for (size_t i = 0; i < c->count; i++)
		if (c->list[i]->type == type)
			more += c->list[i]->column.wide - c->widths[i];
	for (size_t i = 0; i < c->count && table_width(c) + more <= terminal && more; i++)
		if (c->list[i]->type == type) {
			more -= c->list[i]->column.wide - c->widths[i];
			c->widths[i] = c->cuts[i] = c->list[i]->column.wide;
		}
}

void columns_fit(struct columns *c, size_t terminal)
{
	while (table_width(c) > terminal && leave_out(c))
		;
	widen(c, VALUE_NAME, terminal);
	widen(c, VALUE_ADDRESS, terminal);
	for (size_t i = 0; i < c->count; i++) {
		if (c->list[i]->type == VALUE_PATH)
			c->cuts[i] = LABEL_LEAST + terminal - table_width(c);
		else if (c->cuts[i] > c->widths[i])
			c->cuts[i] = c->widths[i];
	}
}
