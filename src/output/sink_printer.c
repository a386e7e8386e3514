// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Prints each session as a line in the writer's format. */
#include <stdlib.h>

#include "sink.h"

static void printer_start(struct sink *sink)
{
	writer_start(sink->writer);
}

static void printer_add(struct sink *sink, const struct session *s)
{
	writer_add(sink->writer, s);
}

static void printer_free(struct sink *sink)
{
	free(sink);
}

struct sink *sink_printer_new(struct writer *writer)
{
	static const struct sink_ops ops = {
		.start = printer_start,
		.add = printer_add,
		.put_losses = sink_write_losses,
		.free = printer_free,
	};
	struct sink *sink = malloc(sizeof(*sink));

	if (sink)
		*sink = (struct sink){ .ops = &ops, .writer = writer };
	return sink;
}
