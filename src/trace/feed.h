/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Makes sessions of the kernel's records: completes what the kernel side cannot know, and drops
 * what is not asked for.
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

/* What is asked for; everything is borrowed. */
struct feed_request {
	const struct scope *scope;
	const struct filter *filter;
	bool existing; /* also sessions that are older than the tracer */
	bool open;     /* at the end, also those that are still open */
	bool cgroups;  /* the path of each session's cgroup */
	uint64_t most; /* sessions that end, and are handed out; 0: no limit */
	/* Called for each; the session is only valid meanwhile. */
	void (*fn)(void *arg, const struct session *session);
	void *arg;
};

/* Returns NULL without memory. To be freed by feed_free(). */
struct feed *feed_new(const struct feed_request *request);
void feed_free(struct feed *feed);

/*
 * Prepares for the records of the tracer that was chosen, which is borrowed until feed_free(). What
 * cannot be told is said as a warning.
 */
void feed_start(struct feed *feed, const struct choice *choice);
/* When tracing began, by clock_now_ns(). */
int64_t feed_since_ns(const struct feed *feed);
/* True if the directories of cgroups are read until the end. */
bool feed_has_cgroups(const struct feed *feed);
/* True if the kernel is asked for its sockets at the end. */
bool feed_has_sockets(const struct feed *feed);

/* Hands out all that waits. Returns 0 or -errno. */
int feed_drain(struct feed *feed);
/* True once as many as may be have been handed out. */
bool feed_is_full(const struct feed *feed);
/*
 * Once tracing has stopped and all is drained: hands out the sessions that waited for their owner,
 * and then those that are open, if they are asked for.
 */
void feed_end(struct feed *feed);

#endif
