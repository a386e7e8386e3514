/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * TCP load on loopback: connections one after another, or many held open and closed together. Each
 * connection is two sessions, one per end. All addresses begin with LOAD_PREFIX.
 */
#ifndef TCPLIFE_LOAD_H
#define TCPLIFE_LOAD_H

#include <stdint.h>

#define LOAD_PREFIX "127.77."

struct load_result {
	uint64_t sessions;  /* sessions that ended */
	int64_t elapsed_ns; /* wall clock; for load_close() only the closing */
	int64_t cpu_ns;	    /* user and system time of all workers */
};

struct load; /* workers holding sessions open */

/*
 * The port that the first worker listens on; the others take the next ones. 0, the default: any
 * port.
 */
extern uint16_t load_port;

/*
 * Enters a new network namespace with loopback up and room for many ports. On failure, exits with
 * one line on stderr.
 */
void load_network(void);

/* Opens and closes one connection. */
void load_once(void);

/* In each worker, for ns nanoseconds: connects, sends `bytes` to the other end, and closes. */
struct load_result load_churn(unsigned int workers, uint32_t bytes, int64_t ns);

/*
 * Opens sessions, rounded up to share them evenly among the workers, and returns once all are open.
 * Adds workers if the limit of open files requires it. load_close() frees the result.
 */
struct load *load_open(unsigned int workers, uint64_t sessions);
/* Closes all sessions as fast as possible, and frees the load. */
struct load_result load_close(struct load *load);

#endif
