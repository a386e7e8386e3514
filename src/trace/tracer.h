/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loads and attaches the chosen BPF object, and drains its buffer. */
#ifndef TCPLIFE_TRACER_H
#define TCPLIFE_TRACER_H

#include <stdint.h>

#include "losses.h"
#include "reader.h"
#include "request.h"
#include "room.h"
#include "probe-select/select.h"

struct layout;
struct tracer;

/* All that tracing by one candidate takes; everything is borrowed for the tracer's life. */
struct tracer_request {
	struct candidate *candidate; /* its accept hook is set to the one that works */
	const struct layout *layout;
	const struct facts *facts;
	const struct sources *sources;
	const struct trace_request *asked;
};

/* Returns NULL if it fails, with one line that says why. */
struct tracer *tracer_start(const struct tracer_request *request, char *why, size_t size);

/* What it has taken in the kernel, or may. */
const struct room *tracer_room(const struct tracer *tracer);
/* The kernel memory that its maps and programs take now, in bytes; 0: unknown. */
uint64_t tracer_footprint(const struct tracer *tracer);

/*
 * Adds to an epoll instance what tells that draining is worth while; drain at least every 100 ms
 * all the same. Returns 0 or -errno.
 */
int tracer_watch(const struct tracer *tracer, int epoll);
/*
 * Hands out the next record, which is valid until the next call. Returns 1, or 0 once all that
 * waited is taken, or -errno.
 */
int tracer_next(struct tracer *tracer, const struct record **record);
/*
 * What the kernel side has counted; output is left alone. Exact once the tracer is detached and
 * drained. Returns 0, or -errno if the kernel does not let us read its counters.
 */
int tracer_losses(const struct tracer *tracer, struct losses *losses);

/* How many sessions found no room when they began, whether they have ended or not. */
uint64_t tracer_crowded_out(const struct tracer *tracer);

/*
 * Copies the next session that has begun and not ended, if open sessions are asked for: what the
 * kernel side knows of it. The counters are 0 less those at birth, closed_ns is 0, and state the
 * newest seen; lport may be 0 in SYN_SENT. *key is 0 at first. False: there are no more.
 */
bool tracer_next_open(const struct tracer *tracer, uint64_t *key, struct record *record);

/*
 * Copies the next record that still waits for who closes its socket, once tracing has stopped and
 * the rest is taken. *key is 0 at first. Returns 1, or 0 if there are no more, or -errno.
 */
int tracer_next_held(const struct tracer *tracer, uint64_t *key, struct record *record);

/*
 * Stops tracing: when it returns, no record is made any more, and those that were can be drained.
 * Waits for what runs on other CPUs, some milliseconds.
 */
void tracer_detach(struct tracer *tracer);
/* Detaches if need be, and frees; NULL is fine. */
void tracer_free(struct tracer *tracer);

#endif
