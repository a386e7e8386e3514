/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads what the tracer printed, and what it should have. */
#ifndef COMPARE_RECORDS_H
#define COMPARE_RECORDS_H

#include <stdio.h>

#include "fields.h"

enum format {
	FORMAT_JSON,
	FORMAT_CSV,
	FORMAT_TABLE, /* wide or not: the header tells */
};

/* Appends each session; exits with a reason if a line cannot be read. name is for messages. */
void records_read(struct list *to, FILE *from, enum format format, const char *name);

/* Which addresses a run used. */
struct scope {
	char *prefixes[4]; /* "127.5." or "fd12:3456:789a:", the beginning of their text */
	size_t count;
};

void truth_read(struct list *to, struct scope *scope, FILE *from, const char *name);
/* True if either end of the record is one of the run's. */
bool scope_has(const struct scope *scope, const struct fields *record);

#endif
