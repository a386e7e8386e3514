/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lists the sessions that are still open when tracing ends. */
#ifndef TCPLIFE_OPEN_H
#define TCPLIFE_OPEN_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/record.h"

struct existing;
struct sock_diag;
struct tracer;

/*
 * Called for each session, with closed_ns set to now. If `counted`, the counters are current and
 * known whatever the layout; else they are unknown.
 */
typedef void (*open_fn)(void *arg, const struct record *record, bool counted);

struct open_request {
	const struct tracer *tracer;	 /* detached and drained, so that nothing changes */
	const struct sock_diag *diag;	 /* NULL: counters and older sessions stay unknown */
	const struct existing *existing; /* NULL: only sessions that began during tracing */
	bool netns_known;		 /* the kernel side knows network namespaces */
	bool bytes_known;		 /* the kernel side knows a socket's counters at birth */
	uint32_t most;			 /* maximum number of sessions */
	open_fn fn;
	void *arg;
};

/* Returns 0, or -errno if not all could be listed or counted. */
int open_list(const struct open_request *request);

#endif
