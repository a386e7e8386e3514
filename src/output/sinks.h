/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The sinks of a run: each gets every session. Times are nanoseconds by clock_now_ns(). */
#ifndef TCPLIFE_SINKS_H
#define TCPLIFE_SINKS_H

#include "base/loop.h"
#include "sink.h"

#define SINKS_MOST 4

struct sinks {
	struct sink *list[SINKS_MOST]; /* owned */
	unsigned count;
};

/*
 * Adds the sinks of the request; the writer is borrowed. Takes the file for the metrics, NULL if
 * there are none, even on failure. Returns false if out of memory. Free them
 * with sinks_free() in either case.
 */
bool sinks_make(struct sinks *sinks, const struct output_request *request, struct writer *writer,
		struct replacement *metrics, int64_t now_ns);
void sinks_free(struct sinks *sinks);

/* Watches the descriptors that sinks read. Returns 0 or -errno. */
int sinks_watch(const struct sinks *sinks, struct loop *loop);

void sinks_start(const struct sinks *sinks);
void sinks_add(const struct sinks *sinks, const struct session *s);
/* When sinks_tick() must be called next; INT64_MAX: never. */
int64_t sinks_due(const struct sinks *sinks);
/* Whether they want the sessions that are open before what is due by now_ns. */
bool sinks_look(const struct sinks *sinks, int64_t now_ns);
/* Whether they want the losses before what is due by now_ns; gives the losses to those that do. */
bool sinks_count(const struct sinks *sinks, int64_t now_ns);
void sinks_put_count(const struct sinks *sinks, const struct losses *losses, int64_t now_ns);
/* Whether some of them want to know how many sessions are open; gives that to those. */
bool sinks_want_open(const struct sinks *sinks);
void sinks_put_open(const struct sinks *sinks, int64_t count);
/* Does what is due by now_ns. */
void sinks_tick(const struct sinks *sinks, int64_t now_ns);
/* Whether one of them wants the run to end. */
bool sinks_are_over(const struct sinks *sinks);
void sinks_put_losses(const struct sinks *sinks, const struct losses *losses);
void sinks_end(const struct sinks *sinks, int64_t now_ns);

#endif
