/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The sessions that are open: looks at them once or again and again. */
#ifndef TCPLIFE_OPEN_H
#define TCPLIFE_OPEN_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/record.h"
#include "session/socket_table.h"

struct existing;
struct sock_diag;
struct tracer;
struct open;

/* All pointers are borrowed. */
struct open_request {
	const struct tracer *tracer;	 /* NULL: nothing is traced */
	const struct sock_diag *diag;	 /* NULL: older sessions stay unknown */
	const struct existing *existing; /* NULL: only sessions that began during tracing */
	bool netns_known;		 /* the kernel side knows network namespaces */
	uint64_t counters;		 /* which of SESSION_COUNTERS the kernel side can read */
	uint32_t most;			 /* maximum number of sessions */
};

/* Returns NULL if out of memory. Free it with open_free(). */
struct open *open_new(const struct open_request *request);
void open_free(struct open *open);

/*
 * Called for each session, with closed_ns set to now. counted: which of SESSION_COUNTERS are
 * current; the others are unknown. *moved is kept from one look to the next; the callee writes to
 * it what it has told of.
 */
typedef void open_fn(void *arg, const struct record *record, uint64_t counted,
		     struct session_moved *moved);

/*
 * Calls fn for each open session. last: tracing has stopped, and no look will follow. Returns 0, or
 * -errno if not all could be listed or counted.
 */
int open_look(struct open *open, bool last, open_fn *fn, void *arg);

/*
 * Forgets a session that has ended. Returns what was told of it; of one that began after the last
 * look, nothing.
 */
struct session_moved open_end(struct open *open, const struct record *record);

#endif
