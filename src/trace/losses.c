// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "losses.h"

#include <inttypes.h>

#include "base/host.h"
#include "base/json.h"
#include "base/json_read.h"

/* The causes in the order of JSON. */
static const struct cause {
	const char *key;
	size_t offset; /* in struct losses */
} causes[] = {
	{ "buffer", offsetof(struct losses, buffer) },
	{ "sessions", offsetof(struct losses, sessions) },
	{ "output", offsetof(struct losses, output) },
	{ "preexisting", offsetof(struct losses, preexisting) },
	{ "missed", offsetof(struct losses, missed) },
};

#define CAUSES (sizeof(causes) / sizeof(causes[0]))

static int64_t *count_of(struct losses *l, const struct cause *cause)
{
	return (int64_t *)((char *)l + cause->offset);
}

static int64_t counted(const struct losses *l, const struct cause *cause)
{
	return *(const int64_t *)((const char *)l + cause->offset);
}

bool losses_none(const struct losses *l)
{
	return l->buffer <= 0 && l->sessions <= 0 && l->output <= 0 && l->preexisting <= 0 &&
	       l->missed <= 0;
}

/* Prints a part of the line if its count is above 0. */
static void print_part(FILE *out, int64_t count, const char *what, const char **separator)
{
	if (count <= 0)
		return;
	fprintf(out, "%s %" PRId64 " %s", *separator, count, what);
	*separator = ",";
}

static const char *either(int64_t count, const char *one, const char *several)
{
	return count == 1 ? one : several;
}

void losses_print(FILE *out, const struct losses *l, bool existing)
{
	const char *separator = "";

	fprintf(out, "tcplife: not printed:");
	print_part(out, l->buffer, "lost to a full buffer (--buffer)", &separator);
	print_part(out, l->sessions, "lost to a full session table (--max-sessions)", &separator);
	print_part(out, l->output, "that the output did not take", &separator);
	print_part(out, l->missed, "whose end the kernel did not report", &separator);
	print_part(out, l->preexisting, "that began before tracing", &separator);
	fprintf(out, "%s%s\n", losses_none(l) ? " nothing" : "",
		l->preexisting > 0 && !existing ? either(l->preexisting, " (--existing prints it)",
							 " (--existing prints them)")
						: "");
}

void losses_each(const struct losses *l, void (*fn)(void *arg, const char *cause, int64_t count),
		 void *arg)
{
	for (size_t i = 0; i < CAUSES; i++)
		fn(arg, causes[i].key, counted(l, &causes[i]));
}

void losses_put_json(struct text *t, const struct losses *l)
{
	JSON_LITERAL(t, "{\"type\":\"losses\",\"schema\":" SCHEMA);
	host_put_json(t);
	for (size_t i = 0; i < CAUSES; i++) {
		JSON_LITERAL(t, ",\"");
		text_put_string(t, causes[i].key);
		JSON_LITERAL(t, "\":");
		json_put_known(t, counted(l, &causes[i]));
	}
	JSON_KEY(t, "final");
	text_put_string(t, l->final ? "true" : "false");
	JSON_LITERAL(t, "}\n");
}

/* Reads a member whose key is one of the causes. Returns false if its value is wrong. */
static bool read_cause(struct losses *l, const struct json_value *key,
		       const struct json_value *value)
{
	uint64_t n;

	for (size_t i = 0; i < CAUSES; i++) {
		if (!json_is(key, causes[i].key) || value->kind == JSON_NULL)
			continue;
		if (!json_read_count(value, INT64_MAX, &n))
			return false;
		*count_of(l, &causes[i]) = (int64_t)n;
	}
	return true;
}

bool losses_parse(struct losses *l, const char *line, size_t length)
{
	struct json_reader reader;
	struct json_value key, value;
	bool ours = false;

	*l = (struct losses){ -1, -1, -1, -1, -1, true };
	json_read(&reader, line, length);
	while (json_read_member(&reader, &key, &value)) {
		if (json_is(&key, "type"))
			ours = json_is(&value, "losses");
		else if (json_is(&key, "final"))
			l->final = value.kind != JSON_FALSE;
		else if (!read_cause(l, &key, &value))
			return false;
	}
	return ours && reader.ended;
}

void losses_add(struct losses *sum, const struct losses *l)
{
	for (size_t i = 0; i < CAUSES; i++) {
		int64_t *to = count_of(sum, &causes[i]);
		const int64_t n = counted(l, &causes[i]);

		if (*to < 0)
			*to = n;
		else if (n > 0 && __builtin_add_overflow(*to, n, to))
			*to = INT64_MAX;
	}
}

bool losses_continue(const struct losses *earlier, const struct losses *l)
{
	for (size_t i = 0; i < CAUSES; i++)
		if (counted(l, &causes[i]) < counted(earlier, &causes[i]))
			return false;
	return true;
}
