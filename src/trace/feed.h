/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Turns the kernel's records into sessions: completes what the kernel side cannot know, and drops
 * what is not wanted.
 */
#ifndef TCPLIFE_FEED_H
#define TCPLIFE_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "choice.h"
#include "session/filter.h"
#include "session/scope.h"
#include "session/session.h"

struct feed;

/* The request; everything is borrowed. */
struct feed_request {
	const struct scope *scope;
	const struct filter *filter;
	bool existing;	/* also sessions that began before tracing */
	bool open;	/* at the end, also sessions that are still open */
	bool deltas;	/* tell what each session has moved since it was last told of */
	bool host;	/* fill in the members that identify a session in a fleet */
	bool cgroups;	/* look up the names of each session's cgroup */
	bool thinned;	/* also sessions that the filter only thins out, marked so */
	bool verbose;	/* say what is done without */
	uint64_t most;	/* ended sessions to hand out; 0: no limit */
	uint8_t extras; /* what to tell: a mask of enum session_extra */
	/* Called for each session, which is valid only during the call. */
	void (*fn)(void *arg, const struct session *session);
	void *arg;
};

/* Returns NULL if out of memory. Free it with feed_free(). */
struct feed *feed_new(const struct feed_request *request);
void feed_free(struct feed *feed);

/*
 * Prepares for the records of the chosen tracer, which is borrowed until feed_free(). Prints a
 * warning about what will be unknown.
 */
void feed_start(struct feed *feed, const struct choice *choice);
/* When tracing began, by clock_now_ns(). */
int64_t feed_since_ns(const struct feed *feed);
/* Whether directories of cgroups are read until the end. */
bool feed_has_cgroups(const struct feed *feed);
/* Whether the kernel is asked for its sockets after the start. */
bool feed_has_sockets(const struct feed *feed);

/* Hands out the sessions that are open now, as interim ones. Needs `open` and `deltas`. */
void feed_look(struct feed *feed);
/* Hands out all sessions that wait. Returns 0 or -errno. */
int feed_drain(struct feed *feed);
/* True once the requested number has been handed out. */
bool feed_is_full(const struct feed *feed);
/*
 * Call it when tracing has stopped and everything is drained: hands out the sessions that waited
 * for their owner and, if requested, those that are open.
 */
void feed_end(struct feed *feed);

#endif
