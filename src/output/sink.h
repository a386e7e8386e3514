/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where sessions go. A kind of sink is one file, which fills in struct sink_ops; who feeds it knows
 * nothing else of it. Times are nanoseconds by clock_now_ns().
 */
#ifndef TCPLIFE_SINK_H
#define TCPLIFE_SINK_H

#include <stdint.h>

#include "request.h"
#include "session/session.h"
#include "trace/losses.h"
#include "writer.h"

struct sink {
	const struct sink_ops *ops;
	struct writer *writer; /* borrowed */
};

/* What a sink writes it puts into its writer, whose status tells how that went. */
struct sink_ops {
	/* Writes what stands at the top; NULL: nothing does. */
	void (*start)(struct sink *sink);
	/* Takes a session. */
	void (*add)(struct sink *sink, const struct session *s);
	/* When tick() is to be called next; NULL: never. */
	int64_t (*due)(const struct sink *sink);
	void (*tick)(struct sink *sink, int64_t now_ns);
	/* Writes what stands at the end; NULL: nothing does. */
	void (*end)(struct sink *sink, int64_t now_ns);
	void (*free)(struct sink *sink);
};

/*
 * The sink that the request asks for: the statistics, or a printer. The writer is borrowed. Returns
 * NULL without memory. To be freed by sink_free().
 */
struct sink *sink_new(const struct output_request *request, struct writer *writer, int64_t now_ns);
void sink_free(struct sink *sink);

void sink_start(struct sink *sink);
void sink_add(struct sink *sink, const struct session *s);
/* Returns INT64_MAX if nothing is ever due. */
int64_t sink_due(const struct sink *sink);
/* Lets it do what is due by now. */
void sink_tick(struct sink *sink, int64_t now_ns);
/* Writes what was not printed so far, in formats that have a place for it: JSON. */
void sink_put_losses(struct sink *sink, const struct losses *losses);
void sink_end(struct sink *sink, int64_t now_ns);

/* The kinds. Each returns NULL without memory. */
struct sink *sink_printer_new(struct writer *writer);
struct sink *sink_stats_new(const struct output_request *request, struct writer *writer,
			    int64_t now_ns);

#endif
