// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fail(const char *format, ...)
{
	va_list args;

	fputs("compare: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

char *copy_part(const char *from, size_t length)
{
	char *to = strndup(from, length);

	if (!to)
		fail("out of memory");
	return to;
}

char *copy(const char *from)
{
	return copy_part(from, strlen(from));
}

const char *fields_get(const struct fields *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (!strcmp(f->list[i].name, name))
			return f->list[i].value;
	return NULL;
}

void fields_add(struct fields *f, char *name, char *value, enum kind kind)
{
	if (f->count == FIELDS_MAX)
		fail("more than %d fields: %s", FIELDS_MAX, f->text);
	f->list[f->count++] = (struct field){ name, value, kind };
}

struct fields *list_add(struct list *l)
{
	/* Doubles the size at each power of two. */
	if (!(l->count & (l->count - 1)))
		l->items = realloc(l->items, (l->count ? 2 * l->count : 1) * sizeof(*l->items));
	if (!l->items)
		fail("out of memory");
	memset(&l->items[l->count], 0, sizeof(*l->items));
	return &l->items[l->count++];
}
