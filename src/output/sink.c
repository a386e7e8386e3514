// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sink.h"

struct sink *sink_new(const struct output_request *request, struct writer *writer, int64_t now_ns)
{
	return request->stats ? sink_stats_new(request, writer, now_ns) : sink_printer_new(writer);
}

void sink_free(struct sink *sink)
{
	if (sink)
		sink->ops->free(sink);
}

void sink_start(struct sink *sink)
{
	if (sink->ops->start)
		sink->ops->start(sink);
}

void sink_add(struct sink *sink, const struct session *s)
{
	sink->ops->add(sink, s);
}

int64_t sink_due(const struct sink *sink)
{
	return sink->ops->due ? sink->ops->due(sink) : INT64_MAX;
}

void sink_tick(struct sink *sink, int64_t now_ns)
{
	if (sink_due(sink) <= now_ns)
		sink->ops->tick(sink, now_ns);
}

void sink_put_losses(struct sink *sink, const struct losses *losses)
{
	if (!writer_has_objects(sink->writer))
		return;
	losses_put_json(writer_room(sink->writer), losses);
	writer_flush(sink->writer);
}

void sink_end(struct sink *sink, int64_t now_ns)
{
	if (sink->ops->end)
		sink->ops->end(sink, now_ns);
}
