/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The sessions of a look as rows: collected, filtered by text, grouped and sorted. */
#ifndef TCPLIFE_VIEW_H
#define TCPLIFE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session/session.h"
#include "groups.h"
#include "view_columns.h"

#define VIEW_TEXT 64 /* bytes of the text that rows are filtered by, NUL included */

struct view;

/* From one look to the next. */
struct view_totals {
	uint64_t open;
	uint64_t begun;
	uint64_t ended;
	uint64_t failed; /* of those that ended */
	uint64_t tx;	 /* bytes */
	uint64_t rx;
	int64_t elapsed_ns; /* 0: there was no look before */
};

/* What is shown, and in which order. */
struct view_order {
	struct groups_by by;		/* if empty, each session is a row */
	const struct view_column *sort; /* NULL: what moves most comes first */
	bool reverse;
	char text[VIEW_TEXT]; /* only sessions that have this; "": all */
};

/* Returns NULL if out of memory. Free it with view_free(). */
struct view *view_new(int64_t now_ns);
void view_free(struct view *view);

/* Adds a session of the next look, or one that has ended since the last. */
void view_add(struct view *view, const struct session *s);
/* From now on, shows what was added. */
void view_turn(struct view *view, int64_t now_ns);
const struct view_totals *view_totals(const struct view *view);
/* How many sessions could not be kept, for lack of memory. */
uint64_t view_dropped(const struct view *view);

/*
 * Makes the rows. Sorts the first `most`, or all that there are. Returns how many rows there are; 0
 * also if out of memory.
 */
size_t view_arrange(struct view *view, const struct view_order *order, size_t most);
/* The nth of the sorted rows; valid until the next call of anything but this. */
const struct view_row *view_row(const struct view *view, size_t n);

#endif
