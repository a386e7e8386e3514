// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Keeps a file for the textfile collector of Prometheus' node_exporter. */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/message.h"
#include "metrics.h"
#include "sink.h"

#define INTERVAL_NS 15000000000

struct metrics_sink {
	struct sink sink; /* must be first */
	struct metrics *metrics;
	struct replacement *file;
	const char *name;
	int64_t interval_ns;
	int64_t due_ns;
	int error; /* -errno of the last write */
};

static struct metrics_sink *metrics_of(struct sink *sink)
{
	return (struct metrics_sink *)sink;
}

/* Says that it fails, once until it works again. */
static void rewrite(struct metrics_sink *m)
{
	int error;

	replacement_begin(m->file);
	metrics_write(m->metrics, m->file);
	error = replacement_end(m->file);
	if (error && error != m->error)
		message("warning: cannot write %s: %s%s", m->name, strerror(-error),
			error == -EACCES ? ": without privileges, the user who starts tcplife must "
					   "be the owner of its directory"
					 : "");
	m->error = error;
}

static void metrics_sink_start(struct sink *sink)
{
	rewrite(metrics_of(sink));
}

static void metrics_sink_add(struct sink *sink, const struct session *s)
{
	struct metrics_sink *m = metrics_of(sink);

	if (s->ending != ENDING_OPEN && !metrics_add(m->metrics, s))
		message("%s has as many groups as it may have (--groups %u): further ones are "
			"counted in group=\"other\"",
			m->name, metrics_groups_most(m->metrics));
}

static int64_t metrics_sink_due(const struct sink *sink)
{
	return ((const struct metrics_sink *)sink)->due_ns;
}

static void metrics_sink_tick(struct sink *sink, int64_t now_ns)
{
	struct metrics_sink *m = metrics_of(sink);

	m->due_ns += m->interval_ns * (1 + (now_ns - m->due_ns) / m->interval_ns);
	rewrite(m);
}

/* The last losses, which are exact, come after the last session. */
static void metrics_sink_put_losses(struct sink *sink, const struct losses *losses)
{
	struct metrics_sink *m = metrics_of(sink);

	metrics_set_losses(m->metrics, losses);
	if (losses->final)
		rewrite(m);
}

static void metrics_sink_put_open(struct sink *sink, int64_t count)
{
	metrics_set_open(metrics_of(sink)->metrics, count);
}

static void metrics_sink_free(struct sink *sink)
{
	struct metrics_sink *m = metrics_of(sink);

	metrics_free(m->metrics);
	replacement_free(m->file);
	free(m);
}

struct sink *sink_metrics_new(const struct output_request *request, struct replacement *file,
			      int64_t now_ns)
{
	static const struct sink_ops ops = {
		.start = metrics_sink_start,
		.add = metrics_sink_add,
		.due = metrics_sink_due,
		.tick = metrics_sink_tick,
		.put_losses = metrics_sink_put_losses,
		.put_open = metrics_sink_put_open,
		.free = metrics_sink_free,
	};
	const int64_t interval_ns =
		request->interval_ns ? (int64_t)request->interval_ns : INTERVAL_NS;
	struct metrics_sink *m = malloc(sizeof(*m));

	if (!m) {
		replacement_free(file);
		return NULL;
	}
	*m = (struct metrics_sink){
		.sink = { .ops = &ops, .counts = true, .thinned = true },
		.metrics = metrics_new(request, clock_wall_ns()),
		.file = file,
		.name = request->metrics,
		.interval_ns = interval_ns,
		.due_ns = now_ns + interval_ns,
	};
	if (m->metrics)
		return &m->sink;
	metrics_sink_free(&m->sink);
	return NULL;
}
