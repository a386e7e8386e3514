/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel counts of the BPF programs that a tracer has loaded. */
#ifndef TCPLIFE_PROGRAMS_H
#define TCPLIFE_PROGRAMS_H

#include <stdint.h>

struct programs {
	uint64_t runs;	 /* of the one that ran most: the state changes */
	uint64_t run_ns; /* of all of them */
};

/*
 * Lets the kernel count until the descriptor that this returns is closed. Counting costs two
 * readings of the clock for each run of a program. Exits if it cannot (before 5.8).
 */
int programs_count(void);

/* The newest program there is. */
uint32_t programs_newest(void);

/* Of all that were loaded after the program `newest`. */
struct programs programs_since(uint32_t newest);

/* The newest map there is. */
uint32_t maps_newest(void);

/* The kernel memory of all maps that were made after the map `newest`, in KB. */
long maps_kb_since(uint32_t newest);

/* Attaches a typed program that does nothing, which is what any program costs at least. It stays
 * until this process ends. */
void programs_attach_empty(void);

#endif
