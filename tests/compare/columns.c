// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "columns.h"

#include <string.h>

#include "session/fields.h"

static enum kind kind_of(const struct field *f)
{
	/* Of a path, the column shows a part. */
	if (!f->key || f->type == VALUE_PATH)
		return KIND_NONE;
	return f->type == VALUE_BYTES ? KIND_KB : f->type == VALUE_NS ? KIND_MS : KIND_TEXT;
}

bool key_is_extra(const char *key)
{
	const struct field *f = field_by_key(key);

	return f && f->extra;
}

bool column_find(struct column *column, const char *title, size_t length)
{
	for (size_t i = 0; i < fields_count; i++) {
		const struct field *f = &fields[i];
		const char *own = f->column.title;

		if (!own || strlen(own) != length || memcmp(own, title, length) != 0)
			continue;
		*column = (struct column){ f->key ? f->key : own, kind_of(f) };
		return true;
	}
	return false;
}
