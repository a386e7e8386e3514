/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * TCP load on loopback: connections one after the other, or many held open and closed together.
 * Each connection is two sessions, one for each end. All addresses begin with LOAD_PREFIX.
 */
#ifndef TCPLIFE_LOAD_H
#define TCPLIFE_LOAD_H

#include <stdint.h>

#define LOAD_PREFIX "127.77."

struct load_result {
	uint64_t sessions;  /* that have ended */
	int64_t elapsed_ns; /* wall-clock; of load_close(): the closing alone */
	int64_t cpu_ns;	    /* of all workers, user and system */
};

struct load; /* workers that hold sessions open */

/* Where the first worker listens, the second one on the next port...; 0, as at first: anywhere. */
extern uint16_t load_port;

/* Moves into a network namespace of our own, with loopback up and room for many ports. Exits with
 * one line on stderr if it cannot. */
void load_network(void);

/* Opens and closes one connection. */
void load_once(void);

/* Connects, sends bytes to the other end and closes, for so long, in each of so many workers. */
struct load_result load_churn(unsigned int workers, uint32_t bytes, int64_t ns);

/* Opens sessions, rounded up to what the workers share evenly, and returns when all are open. Takes
 * more workers where one may not open as many files. */
struct load *load_open(unsigned int workers, uint64_t sessions);
/* Closes them all as fast as it goes, and frees. */
struct load_result load_close(struct load *load);

#endif
