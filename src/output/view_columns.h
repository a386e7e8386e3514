/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of the live view: which ones fit, and how a row is written. */
#ifndef TCPLIFE_VIEW_COLUMNS_H
#define TCPLIFE_VIEW_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "session/fields.h"
#include "session/session.h"
#include "groups.h"

#define VIEW_COLUMNS 32
#define VIEW_WIDEST  1000 /* columns of a terminal; where there is none, all fit */

/* A session, or the sums of a group: then `s` holds what the group has in common, and sums. */
struct view_row {
	struct session s;  /* must be first */
	uint64_t sessions; /* that are open: 1, or 0 for one that has ended */
	bool begun;	   /* for who makes groups: it has sums */
};

struct view_column {
	const char *title;
	const struct field *field; /* what it shows; NULL: a measure */
	/* Writes the cell of a measure. per_ns: the time between two looks. */
	void (*put)(struct text *t, const struct view_row *row, int64_t per_ns);
	/* By what a measure is sorted; -1: unknown. */
	int64_t (*value)(const struct view_row *row);
	uint8_t rank;  /* the lowest come first if not all fit */
	uint8_t least; /* the width it needs, unless its cells are shorter */
	bool right;
};

enum view_kind {
	VIEW_RATES, /* what sessions move now */
	VIEW_LIST,  /* a single look, which knows no rates */
};

struct view_columns {
	struct view_column list[VIEW_COLUMNS];
	size_t widths[VIEW_COLUMNS]; /* 0: not shown */
	size_t count;
};

/* The columns for sessions or, if by->count is above 0, for groups. extended: all that there are.
 */
void view_columns_choose(struct view_columns *c, const struct groups_by *by, enum view_kind kind,
			 bool extended);

/* Measures a row, or the titles if row is NULL; call it for all before view_columns_fit(). */
void view_columns_measure(struct view_columns *c, const struct view_row *row, int64_t per_ns);
/* Decides which columns are shown in that many columns of the terminal, and how wide. */
void view_columns_fit(struct view_columns *c, size_t columns);
/* Writes a row, or the titles if row is NULL, without a newline and blanks before it. */
void view_columns_put(const struct view_columns *c, struct text *t, const struct view_row *row,
		      int64_t per_ns);
/* Writes the titles over the whole width of a screen; the column that sorts stands out. */
void view_columns_put_titles(const struct view_columns *c, struct text *t,
			     const struct view_column *sort, size_t columns);

/* Compares by a column, or by what is moved if it is NULL: largest first, text in its order. */
int view_column_compare(const struct view_column *column, const struct view_row *a,
			const struct view_row *b);

#endif
