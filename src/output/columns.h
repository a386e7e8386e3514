/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns that are shown, of the table or of CSV, and their cells. */
#ifndef TCPLIFE_COLUMNS_H
#define TCPLIFE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "request.h"
#include "session/fields.h"
#include "session/session.h"
#include "base/text.h"

/* Those that were chosen, and what they must remember from one session to the next. */
struct columns {
	const struct field *list[FIELDS_MOST];
	size_t widths[FIELDS_MOST];
	size_t count;
	bool whole_names; /* names are not cut to their columns */
	bool color;

	int64_t clock_second; /* the second that clock[] shows */
	char clock[8];
	int64_t first_ns; /* the end of the first session */
	bool first_seen;
};

void columns_choose(struct columns *c, const struct output_request *request);
/* Makes addresses as wide as IPv6 needs, if the table still fits this many columns. */
void columns_fit(struct columns *c, size_t terminal);

/* Puts the cell of the nth column. */
void columns_put(struct columns *c, size_t n, struct text *t, const struct session *s);

#endif
