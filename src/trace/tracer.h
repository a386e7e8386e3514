/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loads and attaches the chosen BPF object, and reads its buffer. */
#ifndef TCPLIFE_TRACER_H
#define TCPLIFE_TRACER_H

#include <stdbool.h>
#include <stdint.h>

#include "losses.h"
#include "reader.h"
#include "request.h"
#include "limits.h"
#include "tuples.h"
#include "probe-select/select.h"

struct layout;
struct tracer;

#define TRACER_BATCH 12 /* sockets that are asked at once */

/* What tracing with a candidate takes; everything is borrowed for the tracer's lifetime. */
struct tracer_request {
	struct candidate *candidate; /* its accept hook is set to the one that works */
	const struct layout *layout;
	const struct facts *facts;
	const struct sources *sources;
	const struct trace_request *asked;
};

/* Returns NULL on failure, with the reason in why. Free it with tracer_free(). */
struct tracer *tracer_start(const struct tracer_request *request, struct reason *why);

/* What it may keep in the kernel. Borrowed. */
const struct limits *tracer_limits(const struct tracer *tracer);
/* The kernel memory of its maps and programs now, in bytes; 0: unknown. */
uint64_t tracer_footprint(const struct tracer *tracer);

/*
 * Adds to an epoll instance the descriptors that report enough records to drain. Drain every 100 ms
 * as well. Returns 0 or -errno.
 */
int tracer_watch(const struct tracer *tracer, int epoll);
/*
 * Returns 1 with the next record, which is valid until the next call; 0 once all that waited is
 * taken; or -errno.
 */
int tracer_next(struct tracer *tracer, const struct record **record);
/*
 * Reads the kernel side's counters; leaves `output` alone. Exact once the tracer is detached and
 * drained. Returns 0, or -errno if the kernel does not allow reading them.
 */
int tracer_losses(const struct tracer *tracer, struct losses *losses);

/*
 * Counts the sessions that are open and began during tracing; without `connecting`, only those that
 * are past SYN_SENT. Once the tracer is detached: those that were open then. Takes about 1 us for
 * each. Returns -1 if that is unknown.
 */
int64_t tracer_count_open(struct tracer *tracer, bool connecting);

/* How many sessions found no room when they began, whether or not they have ended. */
uint64_t tracer_crowded_out(const struct tracer *tracer);

/*
 * Calls fn for each open session that the kernel side knows, if open sessions are requested; as
 * tuples_each() does. Returns 0 or -errno.
 */
int tracer_each_open(const struct tracer *tracer, tuples_fn *fn, void *arg);
/*
 * Copies what the kernel side knows of the session with this key. Counters are negated values at
 * birth, closed_ns is 0, and state is the newest seen; lport may be 0 in SYN_SENT. Returns false if
 * it has ended.
 */
bool tracer_read_open(const struct tracer *tracer, uint64_t key, const struct tuple *tuple,
		      struct record *record);

/*
 * Sets the counters, the round-trip time, the local port and the state of open sessions to what
 * their sockets have now, in whatever network namespace. keys, records: `count` of them, at most
 * TRACER_BATCH, as tracer_read_open() returned them. Returns a mask with bit i set if session i is
 * open and the kernel can be asked; the other records stay as they are. Counters that the layout
 * lacks are garbage.
 */
unsigned tracer_read_counters(const struct tracer *tracer, const uint64_t *keys,
			      struct record *records, unsigned count);

/*
 * Copies the next record that still waits for who closes its socket, once tracing has stopped and
 * the rest is taken. Set *key to 0 before the first call. Returns 1; 0 after the last; or -errno.
 */
int tracer_next_held(const struct tracer *tracer, uint64_t *key, struct record *record);

/* How often the kernel skipped the accept hook: what it tells of those sessions may be unknown. */
uint64_t tracer_accept_skipped(const struct tracer *tracer);

/*
 * Stops tracing. After it returns no record is added, and the existing ones can be read. Waits some
 * milliseconds for other CPUs.
 */
void tracer_detach(struct tracer *tracer);
/* Detaches if needed, and frees; NULL is allowed. */
void tracer_free(struct tracer *tracer);

#endif
