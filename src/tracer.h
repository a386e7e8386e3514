/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loads and attaches the chosen BPF object, and drains its buffer. */
#ifndef TCPLIFE_TRACER_H
#define TCPLIFE_TRACER_H

#include <stdint.h>

#include "options.h"
#include "reader.h"
#include "select.h"

struct layout;
struct tracer;

/* All that tracing by one candidate takes; everything is borrowed for the tracer's life. */
struct tracer_request {
	struct candidate *candidate; /* its accept hook is set to the one that works */
	const struct layout *layout;
	const struct facts *facts;
	const struct sources *sources;
	const struct options *options;
	reader_fn fn; /* called with arg for each record, from tracer_drain() */
	void *arg;
};

/* Sessions that were not printed, by cause. */
struct tracer_losses {
	uint64_t buffer; /* the buffer was full */
	uint64_t sessions; /* the session map was full */
	uint64_t unborn; /* they began before tracing did */
	uint64_t missed; /* the kernel did not run the program, because one was running on that CPU */
};

/* Returns NULL if it fails, with one line that says why. */
struct tracer *tracer_start(const struct tracer_request *request, char *why, size_t size);

/*
 * Adds to an epoll instance what tells that draining is worth while; drain at least every 100 ms all
 * the same. Returns 0 or -errno.
 */
int tracer_watch(const struct tracer *tracer, int epoll);
/* Hands out all records that wait. Returns 0 or -errno. */
int tracer_drain(struct tracer *tracer);
void tracer_losses(const struct tracer *tracer, struct tracer_losses *losses);

/* Stops tracing: no record is made from now on, and the last ones can still be drained. */
void tracer_detach(struct tracer *tracer);
/* Detaches if need be, and frees; NULL is fine. */
void tracer_free(struct tracer *tracer);

#endif
