/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A list of named values: a line of the truth, or a record in whatever format. */
#ifndef COMPARE_FIELDS_H
#define COMPARE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#define FIELDS_MAX 40

/* How a record's value stands to the truth's of the same name. */
enum kind {
	KIND_TEXT, /* the same, letter by letter */
	KIND_KB,   /* the truth's bytes by 1024, rounded down */
	KIND_MS,   /* the truth's nanoseconds, in milliseconds */
	KIND_CUT,  /* the beginning of the truth's */
	KIND_NONE, /* the truth knows nothing of it */
};

struct field {
	char *name;  /* as in JSON */
	char *value; /* "null" if unknown */
	enum kind kind;
};

struct fields {
	struct field list[FIELDS_MAX];
	size_t count;
	bool used;
	char *text; /* what it was read from, for messages */
};

/* NULL if there is none. */
const char *fields_get(const struct fields *f, const char *name);
/* Takes over both strings. */
void fields_add(struct fields *f, char *name, char *value, enum kind kind);

struct list {
	struct fields *items;
	size_t count;
};

/* A new, empty item. */
struct fields *list_add(struct list *l);

void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Copies of a string; never NULL. */
char *copy(const char *from);
char *copy_part(const char *from, size_t length);

#endif
