// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "losses.h"

#include <inttypes.h>

#include "base/json.h"

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
	print_part(out, l->output, "lost to a blocked output", &separator);
	print_part(out, l->missed, "whose end the kernel did not report", &separator);
	print_part(out, l->preexisting, "that began before tracing", &separator);
	fprintf(out, "%s%s\n", losses_none(l) ? " nothing" : "",
		l->preexisting > 0 && !existing ? either(l->preexisting, " (--existing prints it)",
							 " (--existing prints them)")
						: "");
}

void losses_put_json(struct text *t, const struct losses *l)
{
	JSON_LITERAL(t, "{\"type\":\"losses\"");
	JSON_KEY(t, "buffer");
	json_put_known(t, l->buffer);
	JSON_KEY(t, "sessions");
	json_put_known(t, l->sessions);
	JSON_KEY(t, "output");
	json_put_known(t, l->output);
	JSON_KEY(t, "preexisting");
	json_put_known(t, l->preexisting);
	JSON_KEY(t, "missed");
	json_put_known(t, l->missed);
	JSON_LITERAL(t, "}\n");
}
