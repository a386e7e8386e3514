// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Prints reports instead of sessions: after each interval and at the end. */
#include <stdlib.h>

#include "report.h"
#include "sink.h"

struct stats_sink {
	struct sink sink; /* must be first */
	struct report *report;
};

static struct report *report_of(const struct sink *sink)
{
	return ((const struct stats_sink *)sink)->report;
}

static void stats_sink_add(struct sink *sink, const struct session *s)
{
	/* Its last record will have everything. */
	if (!s->interim)
		report_add(report_of(sink), s);
}

static int64_t stats_sink_due(const struct sink *sink)
{
	return report_due(report_of(sink));
}

static void stats_sink_tick(struct sink *sink, int64_t now_ns)
{
	report_tick(report_of(sink), now_ns);
}

static void stats_sink_end(struct sink *sink, int64_t now_ns)
{
	report_end(report_of(sink), now_ns);
}

static void stats_sink_free(struct sink *sink)
{
	report_free(report_of(sink));
	free(sink);
}

struct sink *sink_stats_new(const struct output_request *request, struct writer *writer,
			    int64_t now_ns)
{
	static const struct sink_ops ops = {
		.add = stats_sink_add,
		.due = stats_sink_due,
		.tick = stats_sink_tick,
		.put_losses = sink_write_losses,
		.end = stats_sink_end,
		.free = stats_sink_free,
	};
	struct stats_sink *s = malloc(sizeof(*s));

	if (!s)
		return NULL;
	*s = (struct stats_sink){
		.sink = { .ops = &ops, .writer = writer },
		.report = report_new(request, writer, now_ns),
	};
	if (s->report)
		return &s->sink;
	free(s);
	return NULL;
}
