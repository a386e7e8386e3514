/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads the tracer's output, and the truth. */
#ifndef COMPARE_RECORDS_H
#define COMPARE_RECORDS_H

#include <stdio.h>

#include "fields.h"

enum format {
	FORMAT_JSON,
	FORMAT_CSV,
	FORMAT_TABLE, /* wide or not, as the header tells */
};

/*
 * Appends all sessions. Exits with a message if a line cannot be parsed; name is for that message.
 */
void records_read(struct list *to, FILE *from, enum format format, const char *name);

/* The addresses that a run used. */
struct scope {
	char *prefixes[4]; /* prefixes of address texts: "127.5." or "fd12:3456:789a:" */
	size_t count;
};

void truth_read(struct list *to, struct scope *scope, FILE *from, const char *name);
/* Whether one of the record's addresses belongs to the run. */
bool scope_covers(const struct scope *scope, const struct fields *record);

#endif
