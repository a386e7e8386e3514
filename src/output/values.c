// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "values.h"

#include "base/json.h"
#include "session/community.h"
#include "session/container.h"

/* 32 hexadecimal digits. */
static void put_hash(struct text *t, const uint64_t hash[2])
{
	if (!hash[0] && !hash[1]) {
		json_put_null(t);
		return;
	}
	text_put_char(t, '"');
	text_put_hex(t, hash[0], 16);
	text_put_hex(t, hash[1], 16);
	text_put_char(t, '"');
}

static void put_community(struct text *t, const struct session *s)
{
	char id[COMMUNITY_SIZE];

	community_id(id, s);
	json_put_word(t, id);
}

void value_put_json(struct text *t, const struct field *f, const struct session *s)
{
	const int64_t number = field_number(f, s);

	switch ((enum value_type)f->type) {
	case VALUE_NUMBER:
	case VALUE_BYTES:
	case VALUE_NS:
	case VALUE_US:
		json_put_known(t, number);
		break;
	case VALUE_ID:
		if (number)
			text_put_number(t, (uint64_t)number);
		else
			json_put_null(t);
		break;
	case VALUE_COMMUNITY:
		put_community(t, s);
		break;
	case VALUE_HASH:
		put_hash(t, field_at(f, s));
		break;
	case VALUE_TIME:
	case VALUE_CLOCK:
	case VALUE_SECONDS:
		json_put_time(t, field_is_known(f, s), number);
		break;
	case VALUE_BOOL:
		text_put_string(t, number ? "true" : "false");
		break;
	case VALUE_WORD:
		json_put_word(t, field_word(f, s));
		break;
	case VALUE_NAME:
		json_put_name(t, field_is_known(f, s) ? field_at(f, s) : NULL);
		break;
	case VALUE_STRING:
	case VALUE_PATH:
		json_put_name(t, *(const char *const *)field_at(f, s));
		break;
	case VALUE_ADDRESS:
		json_put_address(t, s->ip, field_at(f, s));
		break;
	}
}

static void put_path(struct text *t, const char *path, size_t columns)
{
	char label[CONTAINER_LABEL_SIZE];

	if (!path) {
		text_put_char(t, '-');
		return;
	}
	container_label(path, label);
	text_put_name(t, label, columns < sizeof(label) - 1 ? columns : sizeof(label) - 1);
}

static void put_string(struct text *t, const char *string, size_t columns)
{
	text_put_name(t, string ? string : "-", columns);
}

static void put_ms(struct text *t, const struct field *f, const struct session *s, int64_t ns)
{
	if (ns < 0) {
		text_put_char(t, '-');
		return;
	}
	if (f->column.at_least && !s->age_known)
		text_put_char(t, '>');
	text_put_ms(t, ns, f->column.decimals);
}

static const char *cell_word(const struct field *f, int64_t n)
{
	return f->column.word ? f->column.word((unsigned)n) : f->word((unsigned)n);
}

void value_put_cell(struct text *t, const struct field *f, const struct session *s, size_t columns)
{
	const int64_t number = field_number(f, s);

	switch ((enum value_type)f->type) {
	case VALUE_BYTES:
		text_put_known(t, number < 0 ? -1 : number / 1024);
		break;
	case VALUE_NS:
		put_ms(t, f, s, number);
		break;
	case VALUE_US:
		put_ms(t, f, s, number < 0 ? -1 : number * 1000);
		break;
	case VALUE_WORD:
		text_put_word(t, cell_word(f, number));
		break;
	case VALUE_NAME:
		text_put_name(t, field_is_known(f, s) ? field_at(f, s) : "-", columns);
		break;
	case VALUE_STRING:
		put_string(t, *(const char *const *)field_at(f, s), columns);
		break;
	case VALUE_PATH:
		put_path(t, *(const char *const *)field_at(f, s), columns);
		break;
	case VALUE_ADDRESS:
		text_put_address(t, s->ip, field_at(f, s));
		break;
	default:
		text_put_known(t, number);
		break;
	}
}
