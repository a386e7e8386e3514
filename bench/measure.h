/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Runs a tracer under load and prints the cost of both as name=value pairs: a line for the start,
 * for each phase and for the end.
 */
#ifndef TCPLIFE_MEASURE_H
#define TCPLIFE_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

struct plan {
	int64_t churn_ns;    /* 0: no churn */
	unsigned int repeat; /* number of churn phases */
	uint64_t open;	     /* sessions to hold open and close together; 0: none */
	uint64_t keep;	     /* sessions to keep open during churn; 0: none */
	bool uncounted;	     /* turn off the kernel's program statistics during load */
	bool hold;	     /* wait for a byte or end of file on standard input before closing */
	uint32_t bytes;	     /* bytes sent per churned connection */
	unsigned int workers;
	char **tracer; /* command line, ends with NULL; NULL: only the load */
};

/* Exits with one line on stderr if anything fails. */
void measure(const struct plan *plan);

#endif
