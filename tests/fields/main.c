/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Prints a part of docs/records.schema.json that follows from the table of fields (tests/schema
 * puts it there):
 *
 *   fields session           the properties of a session
 *   fields session-required  the keys that every session has
 *   fields group             the keys of --by as properties of statistics
 *   fields group-required    that one of them is there
 */
#include <stdio.h>
#include <string.h>

#include "session/fields.h"

/* Fields with other values than all of their type; nullable NULL: the field does not group. */
static const struct {
	const char *key, *schema, *nullable;
} special[] = {
	{ "ip", "{ \"enum\": [4, 6] }", "{ \"enum\": [4, 6, null] }" },
	{ "boot_id", "{ \"$ref\": \"#/$defs/boot_id\" }", NULL },
	{ "state",
	  "{ \"enum\": [\"ESTABLISHED\", \"SYN_SENT\", \"SYN_RECV\", \"FIN_WAIT1\", \"FIN_WAIT2\", "
	  "\"CLOSE_WAIT\", \"LAST_ACK\", \"CLOSING\", \"CLOSE\", null] }",
	  NULL },
	{ "dir", "{ \"$ref\": \"#/$defs/dir\" }", "{ \"$ref\": \"#/$defs/dir\" }" },
	{ "ending", "{ \"$ref\": \"#/$defs/ending\" }", "{ \"$ref\": \"#/$defs/ending\" }" },
};

static void put_definition(const char *name, bool nullable)
{
	printf(nullable ? "{ \"anyOf\": [{ \"$ref\": \"#/$defs/%s\" }, { \"type\": \"null\" }] }"
			: "{ \"$ref\": \"#/$defs/%s\" }",
	       name);
}

static void put_words(const struct field *f)
{
	printf("{ \"enum\": [");
	for (unsigned i = 0; i < f->words; i++)
		if (f->word(i))
			printf("\"%s\", ", f->word(i));
	printf("null] }");
}

static void put_number(const struct field *f, bool nullable)
{
	if (f->bytes == sizeof(uint16_t))
		put_definition("port", nullable);
	else if (f->needed)
		put_definition("count", nullable);
	else
		put_definition("known", false);
}

/* What a value may be. nullable: also null if it is known of every session. */
static void put_type(const struct field *f, bool nullable)
{
	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++) {
		if (strcmp(special[i].key, f->key) == 0) {
			printf("%s", nullable ? special[i].nullable : special[i].schema);
			return;
		}
	}
	switch ((enum value_type)f->type) {
	case VALUE_NUMBER:
	case VALUE_ID:
	case VALUE_BYTES:
	case VALUE_NS:
	case VALUE_US:
		put_number(f, nullable);
		break;
	case VALUE_HASH:
		printf("{ \"type\": [\"string\", \"null\"], \"pattern\": \"^[0-9a-f]{32}$\" }");
		break;
	case VALUE_COMMUNITY:
		printf("{ \"type\": \"string\", \"pattern\": \"^1:[A-Za-z0-9+/]{27}=$\" }");
		break;
	case VALUE_TIME:
	case VALUE_CLOCK:
	case VALUE_SECONDS:
		put_definition("time", nullable || f->known);
		break;
	case VALUE_BOOL:
		printf("{ \"type\": \"boolean\" }");
		break;
	case VALUE_WORD:
		put_words(f);
		break;
	case VALUE_STRING:
	case VALUE_NAME:
	case VALUE_PATH:
		printf("{ \"type\": [\"string\", \"null\"] }");
		break;
	case VALUE_ADDRESS:
		put_definition("address", nullable);
		break;
	}
}

static bool in_json(const struct field *f)
{
	return f->json_length;
}

static bool always_in_json(const struct field *f)
{
	return f->json_length && !f->live && !f->extra;
}

static bool groups(const struct field *f)
{
	return f->groups;
}

static void put_properties(bool (*has)(const struct field *f), bool nullable)
{
	const char *separator = "";

	for (size_t i = 0; i < fields_count; i++) {
		if (!has(&fields[i]))
			continue;
		printf("%s\t\t\t\t\"%s\": ", separator, fields[i].key);
		put_type(&fields[i], nullable);
		separator = ",\n";
	}
	/* Other properties follow those of a group. */
	puts(nullable ? "," : "");
}

/* Prints each key between `before` and `after`. */
static void put_keys(bool (*has)(const struct field *f), const char *before, const char *after)
{
	const char *separator = "";

	for (size_t i = 0; i < fields_count; i++) {
		if (!has(&fields[i]))
			continue;
		printf("%s\t\t\t\t%s\"%s\"%s", separator, before, fields[i].key, after);
		separator = ",\n";
	}
	puts("");
}

int main(int argc, char **argv)
{
	const char *part = argc == 2 ? argv[1] : "";

	if (!strcmp(part, "session"))
		put_properties(in_json, false);
	else if (!strcmp(part, "session-required"))
		put_keys(always_in_json, "", "");
	else if (!strcmp(part, "group"))
		put_properties(groups, true);
	else if (!strcmp(part, "group-required"))
		put_keys(groups, "{ \"required\": [", "] }");
	else
		return 2;
	return 0;
}
