/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where sessions go. Each kind of sink is one file that fills in struct sink_ops. Its user knows
 * nothing else about it. Times are nanoseconds by clock_now_ns().
 */
#ifndef TCPLIFE_SINK_H
#define TCPLIFE_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "replacement.h"
#include "request.h"
#include "session/session.h"
#include "trace/losses.h"
#include "writer.h"

struct sink {
	const struct sink_ops *ops;
	bool counts;	 /* before each tick, it takes the losses so far and what is open */
	bool thinned;	 /* it takes also the sessions that are thinned out */
	int64_t look_ns; /* when it wants the sessions that are open, before a tick; 0: never */
	struct writer *writer; /* borrowed */
	int fd;		       /* what readable() reads, owned by the sink; -1: nothing */
	bool over;	       /* set by a sink that wants the run to end */
};

/*
 * A sink either writes into its writer, whose writer_status() tells whether that failed, or handles
 * its errors itself.
 */
struct sink_ops {
	/* Writes what comes first; NULL: nothing. */
	void (*start)(struct sink *sink);
	/* Takes a session. */
	void (*add)(struct sink *sink, const struct session *s);
	/* Returns when tick() must be called next; NULL: never. */
	int64_t (*due)(const struct sink *sink);
	void (*tick)(struct sink *sink, int64_t now_ns);
	/* Called when sink->fd is readable; NULL: there is none. */
	void (*readable)(struct sink *sink);
	/* Takes the losses so far: on request, at the end, and before a tick if it counts; NULL:
	 * nothing.
	 */
	void (*put_losses)(struct sink *sink, const struct losses *losses);
	/*
	 * Takes how many sessions are open; -1: unknown. Called before put_losses() at the end, and
	 * before a tick if it counts; NULL: it need not know.
	 */
	void (*put_open)(struct sink *sink, int64_t count);
	/* Writes what comes last except for the losses; NULL: nothing. */
	void (*end)(struct sink *sink, int64_t now_ns);
	void (*free)(struct sink *sink);
};

/* The kinds of sinks. Each function borrows the writer, and returns NULL if out of memory. */
struct sink *sink_printer_new(const struct output_request *request, struct writer *writer,
			      int64_t now_ns);
struct sink *sink_stats_new(const struct output_request *request, struct writer *writer,
			    int64_t now_ns);

struct sink *sink_top_new(const struct output_request *request, struct writer *writer,
			  int64_t now_ns);
struct sink *sink_list_new(const struct output_request *request, struct writer *writer,
			   int64_t now_ns);
/*
 * Takes the file, even on failure; the rest of the request is borrowed. Returns NULL if out of
 * memory.
 */
struct sink *sink_metrics_new(const struct output_request *request, struct replacement *file,
			      int64_t now_ns);

/* A put_losses() for sinks with a writer: writes an object if the format is JSON. */
void sink_write_losses(struct sink *sink, const struct losses *losses);

#endif
