// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sinks.h"

#include <sys/epoll.h>

static bool add(struct sinks *sinks, struct sink *sink)
{
	if (sink)
		sinks->list[sinks->count++] = sink;
	return sink;
}

static struct sink *make(const struct output_request *request, struct writer *writer,
			 int64_t now_ns)
{
	if (request->top_ns)
		return sink_top_new(request, writer, now_ns);
	if (request->list)
		return sink_list_new(request, writer, now_ns);
	return request->stats ? sink_stats_new(request, writer, now_ns)
			      : sink_printer_new(request, writer, now_ns);
}

bool sinks_make(struct sinks *sinks, const struct output_request *request, struct writer *writer,
		struct replacement *metrics, int64_t now_ns)
{
	const bool added = !metrics || add(sinks, sink_metrics_new(request, metrics, now_ns));

	return add(sinks, make(request, writer, now_ns)) && added;
}

void sinks_free(struct sinks *sinks)
{
	for (unsigned i = 0; i < sinks->count; i++)
		sinks->list[i]->ops->free(sinks->list[i]);
	sinks->count = 0;
}

static void readable(void *arg)
{
	struct sink *sink = arg;

	sink->ops->readable(sink);
}

int sinks_watch(const struct sinks *sinks, struct loop *loop)
{
	int result = 0;

	for (unsigned i = 0; i < sinks->count && !result; i++) {
		struct sink *sink = sinks->list[i];

		if (sink->ops->readable && sink->fd >= 0)
			result = loop_watch(loop, sink->fd, EPOLLIN, readable, sink);
	}
	return result;
}

void sinks_start(const struct sinks *sinks)
{
	for (unsigned i = 0; i < sinks->count; i++)
		if (sinks->list[i]->ops->start)
			sinks->list[i]->ops->start(sinks->list[i]);
}

void sinks_add(const struct sinks *sinks, const struct session *s)
{
	for (unsigned i = 0; i < sinks->count; i++)
		if (!s->thinned || sinks->list[i]->thinned)
			sinks->list[i]->ops->add(sinks->list[i], s);
}

static int64_t due_of(const struct sink *sink)
{
	return sink->ops->due ? sink->ops->due(sink) : INT64_MAX;
}

int64_t sinks_due(const struct sinks *sinks)
{
	int64_t first = INT64_MAX;

	for (unsigned i = 0; i < sinks->count; i++) {
		const int64_t due = due_of(sinks->list[i]);

		if (due < first)
			first = due;
	}
	return first;
}

bool sinks_look(const struct sinks *sinks, int64_t now_ns)
{
	for (unsigned i = 0; i < sinks->count; i++)
		if (sinks->list[i]->look_ns && sinks->list[i]->look_ns <= now_ns)
			return true;
	return false;
}

static bool counts(const struct sink *sink, int64_t now_ns)
{
	return sink->counts && due_of(sink) <= now_ns;
}

bool sinks_count(const struct sinks *sinks, int64_t now_ns)
{
	for (unsigned i = 0; i < sinks->count; i++)
		if (counts(sinks->list[i], now_ns))
			return true;
	return false;
}

void sinks_put_count(const struct sinks *sinks, const struct losses *losses, int64_t now_ns)
{
	for (unsigned i = 0; i < sinks->count; i++)
		if (counts(sinks->list[i], now_ns))
			sinks->list[i]->ops->put_losses(sinks->list[i], losses);
}

bool sinks_want_open(const struct sinks *sinks)
{
	for (unsigned i = 0; i < sinks->count; i++)
		if (sinks->list[i]->ops->put_open)
			return true;
	return false;
}

void sinks_put_open(const struct sinks *sinks, int64_t count)
{
	for (unsigned i = 0; i < sinks->count; i++)
		if (sinks->list[i]->ops->put_open)
			sinks->list[i]->ops->put_open(sinks->list[i], count);
}

void sinks_tick(const struct sinks *sinks, int64_t now_ns)
{
	for (unsigned i = 0; i < sinks->count; i++)
		if (due_of(sinks->list[i]) <= now_ns)
			sinks->list[i]->ops->tick(sinks->list[i], now_ns);
}

bool sinks_are_over(const struct sinks *sinks)
{
	for (unsigned i = 0; i < sinks->count; i++)
		if (sinks->list[i]->over)
			return true;
	return false;
}

void sinks_put_losses(const struct sinks *sinks, const struct losses *losses)
{
	for (unsigned i = 0; i < sinks->count; i++)
		if (sinks->list[i]->ops->put_losses)
			sinks->list[i]->ops->put_losses(sinks->list[i], losses);
}

void sinks_end(const struct sinks *sinks, int64_t now_ns)
{
	for (unsigned i = 0; i < sinks->count; i++)
		if (sinks->list[i]->ops->end)
			sinks->list[i]->ops->end(sinks->list[i], now_ns);
}
