/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How much kernel memory tracing may take, unless the command line says. */
#ifndef TCPLIFE_LIMITS_H
#define TCPLIFE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct limits {
	uint32_t sessions; /* open at the same time */
	/*
	 * For the table of sets in front of the hash table (bpf/conn.h): the number of sets, or 0,
	 * and the size of the hash table. With as many sessions open as allowed, at most a third of
	 * them find their set full.
	 */
	uint32_t primary_sets;
	uint32_t overflow_sessions;
	uint32_t buffer_bytes; /* for waiting records; a power of two */
	/*
	 * For the slots (bpf/slots.h): their number, a power of two or 0; and how many
	 * records may wait there.
	 */
	uint32_t slot_count;
	uint32_t slot_limit;
};

/*
 * memory: what is available, in bytes (base/memory.h). cpus: possible CPUs. sessions, buffer_kb: as
 * requested, or 0. grows: whether the kernel allocates memory for sessions as they come, not for
 * all at the start.
 */
struct limits limits_for(uint64_t memory, unsigned int cpus, uint32_t sessions, uint32_t buffer_kb,
			 bool grows);

/* How many sessions fit in all: more than `sessions` if there is a table in front. */
uint32_t limits_sessions(const struct limits *limits);

#endif
