/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's statistics of the BPF programs that a tracer has loaded. */
#ifndef TCPLIFE_PROGRAMS_H
#define TCPLIFE_PROGRAMS_H

#include <stdint.h>

struct programs {
	uint64_t runs;	 /* of the program that ran most: the one on state changes */
	uint64_t run_ns; /* of all programs */
};

/*
 * Turns on the kernel's program statistics until the returned descriptor is closed. They cost two
 * clock readings per run of a program. Exits if that fails (before 5.8).
 */
int programs_count(void);

/* Returns the id of the newest program. */
uint32_t programs_newest(void);

/* Sums the statistics of all programs newer than `newest`. */
struct programs programs_since(uint32_t newest);

/* Returns the id of the newest map. */
uint32_t maps_newest(void);

/* The kernel memory of all maps newer than `newest`, in KB. */
long maps_kb_since(uint32_t newest);

/*
 * Attaches a typed program that does nothing: the least that any program costs. It stays until this
 * process ends.
 */
void programs_attach_empty(void);

#endif
