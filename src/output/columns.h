/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of the table and of CSV: what each is called, how wide it is and what is in it. */
#ifndef TCPLIFE_COLUMNS_H
#define TCPLIFE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"
#include "session/session.h"
#include "base/text.h"

#define COLUMNS_MAX 24

struct columns;

struct column {
	const char *name;
	uint8_t width;				 /* in the table */
	uint8_t wide_width;			 /* in the wide table */
	uint8_t needs;				 /* an option that brings it in; 0: always there */
	bool right;				 /* aligned to the right */
	bool free_text;				 /* may hold anything: CSV must quote it */
	bool address;				 /* takes the wide width wherever there is room */
	bool (*alarms)(const struct session *s); /* whether it is to be red; NULL: never */
	void (*put)(struct text *t, struct columns *c, const struct session *s);
};

/* Those that were chosen, and what they must remember from one session to the next. */
struct columns {
	const struct column *list[COLUMNS_MAX];
	size_t widths[COLUMNS_MAX];
	size_t count;
	size_t comm_columns; /* COMM is cut to this */
	bool color;

	int64_t clock_second; /* the second that clock[] shows */
	char clock[8];
	int64_t first_ns; /* the end of the first session */
	bool first_seen;
};

void columns_choose(struct columns *c, const struct options *o);
/* Makes addresses as wide as IPv6 needs, if the table still fits this many columns. */
void columns_fit(struct columns *c, size_t terminal);

#endif
