/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A list of named values: a line of the truth, or a record in any format. */
#ifndef COMPARE_FIELDS_H
#define COMPARE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "columns.h"

#define FIELDS_MAX 64

struct field {
	char *name;  /* the key in JSON */
	char *value; /* "null" if unknown */
	enum kind kind;
};

struct fields {
	struct field list[FIELDS_MAX];
	size_t count;
	bool used;
	char *text; /* the source line, for messages */
};

/* Returns NULL if there is no such field. */
const char *fields_get(const struct fields *f, const char *name);
/* Takes ownership of both strings. */
void fields_add(struct fields *f, char *name, char *value, enum kind kind);

struct list {
	struct fields *items;
	size_t count;
};

/* Appends an empty item and returns it. */
struct fields *list_add(struct list *l);

void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Return a copy that the caller frees; never NULL. */
char *copy(const char *from);
char *copy_part(const char *from, size_t length);

#endif
