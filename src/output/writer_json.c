/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * JSON Lines: a flat object per session; bytes and nanoseconds as integers, unknown values as null.
 */
#include "base/json.h"
#include "values.h"
#include "writer_format.h"

static void json_row(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	if (s->interim)
		JSON_LITERAL(t, "{\"type\":\"interim\",\"schema\":" SCHEMA);
	else
		JSON_LITERAL(t, "{\"type\":\"session\",\"schema\":" SCHEMA);
	for (size_t i = 0; i < fields_count; i++) {
		const struct field *f = &fields[i];

		if (!f->json_length || (f->live && !s->live) || (f->extra & ~s->extras))
			continue;
		text_put(t, f->json, f->json_length);
		value_put_json(t, f, s);
	}
	JSON_LITERAL(t, "}\n");
}

const struct writer_format writer_json = { .row = json_row };
