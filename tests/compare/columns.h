/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of a table or of CSV, from the table of fields that the tracer has. */
#ifndef COMPARE_COLUMNS_H
#define COMPARE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

/* How to compare a record's value with the truth's value of the same name. */
enum kind {
	KIND_TEXT, /* must be equal */
	KIND_KB,   /* the truth's bytes / 1024, rounded down */
	KIND_MS,   /* the truth's nanoseconds, in milliseconds */
	KIND_CUT,  /* a prefix of the truth's */
	KIND_NONE, /* not in the truth */
};

struct column {
	const char *name; /* the key in JSON, else the title */
	enum kind kind;
};

/* Whether a record has the key on request only. */
bool key_is_extra(const char *key);

/* Finds a column by its title. Returns false if there is none. */
bool column_find(struct column *column, const char *title, size_t length);

#endif
