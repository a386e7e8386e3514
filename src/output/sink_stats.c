// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Prints reports instead of sessions: after each interval and at the end. Meanwhile, a line on a
 * terminal tells how far it is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/message.h"
#include "report.h"
#include "sink.h"

#define SECOND INT64_C(1000000000)

struct stats_sink {
	struct sink sink; /* must be first */
	struct report *report;
	int64_t begun_ns;
	int64_t duration_ns;   /* 0: unknown */
	int64_t status_due_ns; /* INT64_MAX: there is no terminal to show a status on */
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

/* "12 of 60 s, 3456 sessions; Ctrl-C ends it now" */
static void show_status(struct stats_sink *s, int64_t now_ns)
{
	char line[128], of[32] = "";

	if (s->duration_ns)
		snprintf(of, sizeof(of), " of %" PRId64, (s->duration_ns + SECOND - 1) / SECOND);
	snprintf(line, sizeof(line), "%" PRId64 "%s s, %" PRIu64 " sessions; Ctrl-C ends it%s",
		 (now_ns - s->begun_ns) / SECOND, of, report_sessions(s->report),
		 s->duration_ns ? " now" : "");
	s->status_due_ns = message_status(line) ? now_ns + SECOND : INT64_MAX;
}

static void stats_sink_start(struct sink *sink)
{
	struct stats_sink *s = (struct stats_sink *)sink;

	show_status(s, s->begun_ns);
}

static int64_t stats_sink_due(const struct sink *sink)
{
	const int64_t status_due_ns = ((const struct stats_sink *)sink)->status_due_ns;
	const int64_t due_ns = report_due(report_of(sink));

	return due_ns < status_due_ns ? due_ns : status_due_ns;
}

static void stats_sink_tick(struct sink *sink, int64_t now_ns)
{
	struct stats_sink *s = (struct stats_sink *)sink;

	report_tick(s->report, now_ns);
	if (s->status_due_ns <= now_ns)
		show_status(s, now_ns);
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
		.start = stats_sink_start,
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
		.begun_ns = now_ns,
		.duration_ns = (int64_t)request->duration_ns,
		.status_due_ns = INT64_MAX,
	};
	if (s->report)
		return &s->sink;
	free(s);
	return NULL;
}
