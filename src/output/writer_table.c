/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table, default and wide: byte for byte the original's, with more columns to the right. */
#include "writer_format.h"

#define RED   "\033[31m"
#define PLAIN "\033[0m"

/* The last column is not padded. */
static void fill_cell(struct text *t, const struct columns *c, size_t i, const char *from)
{
	if (c->list[i]->column.right)
		text_pad_left(t, from, c->widths[i]);
	else if (i + 1 < c->count)
		text_pad_right(t, from, c->widths[i]);
}

static void end_cell(struct text *t, const struct columns *c, size_t i)
{
	text_put_char(t, i + 1 < c->count ? ' ' : '\n');
}

static void table_header(struct text *t, const struct columns *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const char *from = t->at;

		text_put_string(t, c->list[i]->column.title);
		fill_cell(t, c, i, from);
		end_cell(t, c, i);
	}
}

static void table_row(struct text *t, struct columns *c, const struct session *s)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct field_column *column = &c->list[i]->column;
		const bool red = c->color && column->alarms && column->alarms(s);
		const char *from;

		if (red)
			text_put_string(t, RED);
		from = t->at;
		columns_put(c, i, t, s);
		fill_cell(t, c, i, from);
		if (red)
			text_put_string(t, PLAIN);
		end_cell(t, c, i);
	}
}

const struct writer_format writer_table = { .header = table_header, .row = table_row };
