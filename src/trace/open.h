/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The sessions that are still open when tracing has ended. */
#ifndef TCPLIFE_OPEN_H
#define TCPLIFE_OPEN_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/record.h"

struct existing;
struct sock_diag;
struct tracer;

/*
 * Called for each: closed_ns is now, the counters are those of now and true for every layout, if
 * `counted`, and else not known.
 */
typedef void (*open_fn)(void *arg, const struct record *record, bool counted);

struct open_request {
	const struct tracer *tracer;	 /* detached and drained, so that nothing moves */
	const struct sock_diag *diag;	 /* NULL: counters stay unknown, older ones too */
	const struct existing *existing; /* NULL: only those that began under our eyes */
	bool netns_known;		 /* the kernel side can tell network namespaces */
	bool bytes_known;		 /* and what a socket's counters were at the beginning */
	uint32_t most;			 /* how many, at most */
	open_fn fn;
	void *arg;
};

/* Returns 0, or -errno if not all could be listed or counted. */
int open_list(const struct open_request *request);

#endif
