/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of the table or of CSV, and their cells. */
#ifndef TCPLIFE_COLUMNS_H
#define TCPLIFE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "request.h"
#include "session/fields.h"
#include "session/session.h"
#include "base/text.h"

/* The chosen columns, and what they remember from one session to the next. */
struct columns {
	const struct field *list[FIELDS_MOST];
	size_t widths[FIELDS_MOST];
	size_t count;
	bool whole_names; /* names are not truncated */
	bool color;

	int64_t clock_second; /* the second cached in clock[] */
	char clock[8];
	int64_t first_ns; /* end of the first session, by clock_now_ns() */
	bool first_seen;
};

void columns_choose(struct columns *c, const struct output_request *request);
/* Widens address columns to fit IPv6 if the table then still fits `terminal` columns. */
void columns_fit(struct columns *c, size_t terminal);

/* Writes the cell of the nth column. */
void columns_put(struct columns *c, size_t n, struct text *t, const struct session *s);

#endif
