// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Prints each session as a line in the writer's format: when it ends and, if requested, in
 * intervals while it is open.
 */
#include <stdlib.h>

#include "sink.h"

struct printer {
	struct sink sink; /* must be first */
	int64_t interval_ns;
	int64_t due_ns;
};

static void printer_start(struct sink *sink)
{
	writer_start(sink->writer);
}

static void printer_add(struct sink *sink, const struct session *s)
{
	writer_add(sink->writer, s);
}

static int64_t printer_due(const struct sink *sink)
{
	return ((const struct printer *)sink)->due_ns;
}

static void printer_tick(struct sink *sink, int64_t now_ns)
{
	struct printer *p = (struct printer *)sink;

	/* If the machine was suspended, one look covers the intervals that were missed. */
	p->due_ns += p->interval_ns * (1 + (now_ns - p->due_ns) / p->interval_ns);
	sink->look_ns = p->due_ns;
	writer_flush(sink->writer);
}

static void printer_free(struct sink *sink)
{
	free(sink);
}

struct sink *sink_printer_new(const struct output_request *request, struct writer *writer,
			      int64_t now_ns)
{
	static const struct sink_ops ops = {
		.start = printer_start,
		.add = printer_add,
		.due = printer_due,
		.tick = printer_tick,
		.put_losses = sink_write_losses,
		.free = printer_free,
	};
	/* Else the interval is that of the metrics. */
	const int64_t interval_ns = request->deltas ? (int64_t)request->interval_ns : 0;
	struct printer *p = malloc(sizeof(*p));

	if (!p)
		return NULL;
	*p = (struct printer){
		.sink = { .ops = &ops,
			  .writer = writer,
			  .look_ns = interval_ns ? now_ns + interval_ns : 0 },
		.interval_ns = interval_ns,
		.due_ns = interval_ns ? now_ns + interval_ns : INT64_MAX,
	};
	return &p->sink;
}
