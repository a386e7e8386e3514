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
	size_t cuts[FIELDS_MOST]; /* names are truncated to these */
	size_t count;
	const struct field *left_out[FIELDS_MOST]; /* for which the terminal has no room */
	size_t left_out_count;
	unsigned kept; /* a mask of enum column_set: these are not left out */
	bool color;

	int64_t clock_second; /* the second cached in clock[] */
	char clock[8];
	int64_t first_ns; /* end of the first session, by clock_now_ns() */
	bool first_seen;
};

void columns_choose(struct columns *c, const struct output_request *request);
/*
 * Makes the table fit a terminal of that many columns: leaves out columns of --extended if it is
 * too narrow; if there is room, widens those of names and of addresses, to fit IPv6.
 */
void columns_fit(struct columns *c, size_t terminal);

/* Writes the cell of the nth column. */
void columns_put(struct columns *c, size_t n, struct text *t, const struct session *s);

#endif
