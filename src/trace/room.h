/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How much memory tracing may take in the kernel, unless the command line says. */
#ifndef TCPLIFE_ROOM_H
#define TCPLIFE_ROOM_H

#include <stdbool.h>
#include <stdint.h>

struct room {
	uint32_t sessions; /* open at once */
	/* Where the kernel side has a table of sets in front (bpf/life.h): how many there are, or
	 * 0, and what the hash table behind holds. Where as many as may be open are spread over the
	 * sets, at most a third of them find theirs full. */
	uint32_t near_sets;
	uint32_t far_sessions;
	uint32_t buffer_bytes; /* for records that wait; a power of two */
	/* Where the kernel side has an outbox (bpf/outbox.h): a power of two, or 0; and how many
	 * records may wait there. */
	uint32_t outbox_places;
	uint32_t outbox_most;
};

/*
 * memory: what there is, in bytes (base/memory.h); cpus: those that it may have. sessions and
 * buffer_kb: what is asked for, 0 if nothing is. grows: the kernel takes memory for sessions as
 * they come, and not for all at the start.
 */
struct room room_for(uint64_t memory, unsigned int cpus, uint32_t sessions, uint32_t buffer_kb,
		     bool grows);

/* How many sessions find room in all: some more than are asked for, where there is a table. */
uint32_t room_lives(const struct room *room);

#endif
