/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs a tracer and a load beside it, and prints what both cost: name=value pairs, a line for the
 * start, for each phase and for the end. */
#ifndef TCPLIFE_MEASURE_H
#define TCPLIFE_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

struct plan {
	int64_t churn_ns;    /* 0: none */
	unsigned int repeat; /* phases of churn */
	uint64_t open;	     /* sessions held open, then closed together; 0: none */
	uint64_t keep;	     /* sessions that stay open while others churn; 0: none */
	bool uncounted;	     /* the kernel does not count programs while the load runs */
	bool hold;	     /* until there is a byte of standard input, or its end */
	uint32_t bytes;	     /* that each churned connection sends */
	unsigned int workers;
	char **tracer; /* its command line; NULL: only the load */
};

/* Exits with one line on stderr if anything fails. */
void measure(const struct plan *plan);

#endif
