/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Comma-separated values, quoted as in RFC 4180, with the header of the original tcplife. A name is
 * no formula for a spreadsheet: its first character is escaped if need be.
 */
#include <string.h>

#include "writer_format.h"

#define CELL_MAX 256 /* bytes; a COMM full of escapes or a cgroup's label is shorter */

static bool needs_quotes(const char *cell, size_t length)
{
	return length && (cell[0] == ' ' || cell[length - 1] == ' ' || memchr(cell, ',', length) ||
			  memchr(cell, '"', length));
}

/* Whether a spreadsheet would take it for a formula, quoted or not. "-" alone is none. */
static bool is_formula(const char *cell, size_t length)
{
	return length > 1 && strchr("=+-@", *cell);
}

void csv_end_name(struct text *t, size_t from)
{
	const size_t length = text_length(t) - from;
	char cell[CELL_MAX];
	bool quotes, formula;

	if (length > sizeof(cell))
		return;
	memcpy(cell, t->begin + from, length);
	quotes = needs_quotes(cell, length);
	formula = is_formula(cell, length);
	if (!quotes && !formula)
		return;
	t->at = t->begin + from;
	text_put(t, "\"", quotes);
	if (formula) {
		text_put_string(t, "\\x");
		text_put_hex(t, (uint8_t)*cell, 2);
	}
	for (size_t i = formula; i < length; i++) {
		text_put(t, "\"", cell[i] == '"');
		text_put_char(t, cell[i]);
	}
	text_put(t, "\"", quotes);
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
			csv_end_name(t, from);
		text_put_char(t, i + 1 < c->count ? ',' : '\n');
	}
}

const struct writer_format writer_csv = { .header = csv_header, .row = csv_row };
