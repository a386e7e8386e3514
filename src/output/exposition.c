// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "exposition.h"

#include "values.h"

/* Escapes what was written since `from`, which has no newline. */
static void escape(struct text *t, char *from)
{
	size_t escapes = 0;
	char *to;

	for (const char *at = from; at < t->at; at++)
		escapes += *at == '\\' || *at == '"';
	if (escapes > text_room(t)) {
		t->full = true;
		return;
	}
	to = t->at + escapes;
	for (const char *at = t->at; at > from;) {
		*--to = *--at;
		if (*at == '\\' || *at == '"')
			*--to = '\\';
	}
	t->at += escapes;
}

void exposition_put_label(struct text *t, const char *label, const char *value)
{
	char *from;

	text_put_string(t, label);
	text_put(t, "=\"", 2);
	from = t->at;
	if (value)
		text_put_name(t, value, SIZE_MAX);
	escape(t, from);
	text_put_char(t, '"');
}

/* Whether the value of a field that is no text is known. */
static bool is_known(const struct field *f, const struct session *s)
{
	const int64_t n = f->type == VALUE_ADDRESS ? 0 : field_number(f, s);

	if (f->type == VALUE_WORD)
		return field_word(f, s);
	return f->type == VALUE_ID ? n : n >= 0;
}

static void put_value(struct text *t, const struct field *f, const struct session *s)
{
	const char *text = NULL;

	switch ((enum value_type)f->type) {
	case VALUE_NAME:
		text = field_at(f, s);
		break;
	case VALUE_STRING:
	case VALUE_PATH:
		memcpy(&text, field_at(f, s), sizeof(text));
		break;
	default:
		text_put_string(t, f->key);
		text_put(t, "=\"", 2);
		if (is_known(f, s))
			value_put_cell(t, f, s, 0);
		text_put_char(t, '"');
		return;
	}
	exposition_put_label(t, f->key, text);
}

void exposition_put_labels(struct text *t, const struct groups_by *by, const struct session *id)
{
	for (unsigned i = 0; i < by->count; i++) {
		if (i)
			text_put_char(t, ',');
		put_value(t, by->keys[i], id);
	}
}

void exposition_begin(struct exposition *e, const struct family *family)
{
	e->family = family;
	e->begun = false;
}

/* The first sample of a family comes after its help; a family without samples has none. */
static struct text *put_help(struct exposition *e)
{
	struct text *t = replacement_room(e->file, REPLACEMENT_ROOM);
	const struct family *f = e->family;

	if (e->begun)
		return t;
	e->begun = true;
	text_put_string(t, "# HELP ");
	text_put_string(t, f->name);
	text_put_char(t, ' ');
	text_put_string(t, f->help);
	text_put_string(t, "\n# TYPE ");
	text_put_string(t, f->name);
	text_put_char(t, ' ');
	text_put_string(t, f->type);
	text_put_char(t, '\n');
	return t;
}

/* Writes all of a sample but its value. */
static struct text *put_name(struct exposition *e, const struct sample *sample)
{
	struct text *t = put_help(e);
	const bool labels = sample->labels && *sample->labels;

	text_put_string(t, e->family->name);
	if (sample->suffix)
		text_put_string(t, sample->suffix);
	if (labels || sample->label)
		text_put_char(t, '{');
	if (labels)
		text_put_string(t, sample->labels);
	if (sample->label) {
		if (labels)
			text_put_char(t, ',');
		exposition_put_label(t, sample->label, sample->value);
	}
	if (labels || sample->label)
		text_put_char(t, '}');
	text_put_char(t, ' ');
	return t;
}

void exposition_put(struct exposition *e, const struct sample *sample, uint64_t n)
{
	struct text *t = put_name(e, sample);

	text_put_number(t, n);
	text_put_char(t, '\n');
}

void exposition_put_seconds(struct exposition *e, const struct sample *sample, uint64_t seconds,
			    uint64_t ns)
{
	struct text *t = put_name(e, sample);

	text_put_number(t, seconds);
	text_put_char(t, '.');
	text_put_digits(t, ns, 9);
	text_put_char(t, '\n');
}
