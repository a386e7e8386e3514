/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Comma-separated values, quoted as in RFC 4180, with the header of the original tcplife. */
#include <string.h>

#include "writer_format.h"

#define CELL_MAX 256 /* bytes; a COMM full of escapes or a cgroup's label is shorter */

static bool needs_quotes(const char *cell, size_t length)
{
	return length && (cell[0] == ' ' || cell[length - 1] == ' ' || memchr(cell, ',', length) ||
			  memchr(cell, '"', length));
}

/* Quotes what was written since `from` if it needs quotes. */
static void quote_cell(struct text *t, size_t from)
{
	const size_t length = text_length(t) - from;
	char cell[CELL_MAX];

	if (length > sizeof(cell) || !needs_quotes(t->begin + from, length))
		return;
	memcpy(cell, t->begin + from, length);
	t->at = t->begin + from;
	text_put_char(t, '"');
	for (size_t i = 0; i < length; i++) {
		if (cell[i] == '"')
			text_put_char(t, '"');
		text_put_char(t, cell[i]);
	}
	text_put_char(t, '"');
}

static void csv_header(struct text *t, const struct columns *c)
{
	for (size_t i = 0; i < c->count; i++) {
		text_put_string(t, c->list[i]->column.title);
		text_put_char(t, i + 1 < c->count ? ',' : '\n');
	}
}

static void csv_row(struct text *t, struct columns *c, const struct session *s)
{
	for (size_t i = 0; i < c->count; i++) {
		const size_t from = text_length(t);

		columns_put(c, i, t, s);
		if (c->list[i]->type == VALUE_NAME || c->list[i]->type == VALUE_PATH)
			quote_cell(t, from);
		text_put_char(t, i + 1 < c->count ? ',' : '\n');
	}
}

const struct writer_format writer_csv = { .header = csv_header, .row = csv_row };
