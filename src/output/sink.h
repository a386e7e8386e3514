/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where sessions go. Each kind of sink is one file that fills in struct sink_ops. Its user knows
 * nothing else about it. Times are nanoseconds by clock_now_ns().
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

/* Sinks write into their writer; writer_status() tells whether that failed. */
struct sink_ops {
	/* Writes what comes first; NULL: nothing. */
	void (*start)(struct sink *sink);
	/* Takes a session. */
	void (*add)(struct sink *sink, const struct session *s);
	/* Returns when tick() must be called next; NULL: never. */
	int64_t (*due)(const struct sink *sink);
	void (*tick)(struct sink *sink, int64_t now_ns);
	/* Writes what comes last; NULL: nothing. */
	void (*end)(struct sink *sink, int64_t now_ns);
	void (*free)(struct sink *sink);
};

/*
 * Makes the sink of the request: statistics or a printer. The writer is borrowed. Returns NULL if
 * out of memory. Free it with sink_free().
 */
struct sink *sink_new(const struct output_request *request, struct writer *writer, int64_t now_ns);
void sink_free(struct sink *sink);

void sink_start(struct sink *sink);
void sink_add(struct sink *sink, const struct session *s);
/* When sink_tick() must be called next; INT64_MAX: never. */
int64_t sink_due(const struct sink *sink);
/* Does what is due by now_ns. */
void sink_tick(struct sink *sink, int64_t now_ns);
/* Writes the losses if the format is JSON, which has a place for them. */
void sink_put_losses(struct sink *sink, const struct losses *losses);
void sink_end(struct sink *sink, int64_t now_ns);

/* The kinds of sinks. Each function returns NULL if out of memory. */
struct sink *sink_printer_new(struct writer *writer);
struct sink *sink_stats_new(const struct output_request *request, struct writer *writer,
			    int64_t now_ns);

#endif
