// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reads any line as a record. What is taken must, when written, be read as the same session and
 * written as the same line.
 */
#include "fuzz.h"
#include "output/writer_format.h"
#include "session/parsed.h"
#include "trace/losses.h"

#define LINE_MOST 65536

static size_t write_line(char *line, const struct session *s)
{
	struct text t;

	text_init(&t, line, LINE_MOST);
	writer_json.row(&t, NULL, s);
	MUST(!t.full && t.at[-1] == '\n');
	MUST(is_plain(line, text_length(&t) - 1));
	return text_length(&t) - 1;
}

static void check_session(const struct session *s)
{
	MUST(s->ip == 4 || s->ip == 6);
	MUST(s->duration_ns >= 0 && s->connect_ns >= -1 && s->accept_wait_ns >= -1);
	MUST(s->rtt_us >= -1 && s->rtt_us <= INT64_MAX / 1000);
	MUST(s->ended_ns >= 0 && (!s->age_known || s->started_ns >= 0));
	MUST(s->direction <= DIRECTION_IN && s->owner <= OWNER_PROC && s->ending < ENDINGS);
	MUST(memchr(s->comm, '\0', sizeof(s->comm)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct parsed parsed;
	static char first[LINE_MOST], second[LINE_MOST];
	char *line = malloc(size + 1);
	struct losses losses;
	size_t length;

	MUST(line != NULL);
	memcpy(line, data, size);
	line[size] = '\n';
	if (parsed_read(&parsed, line, size)) {
		check_session(&parsed.session);
		length = write_line(first, &parsed.session);
		MUST(parsed_read(&parsed, first, length));
		check_session(&parsed.session);
		MUST(write_line(second, &parsed.session) == length);
		MUST(!memcmp(first, second, length));
	} else if (losses_parse(&losses, line, size)) {
		MUST(losses.buffer >= -1 && losses.missed >= -1);
	}
	free(line);
	return 0;
}
