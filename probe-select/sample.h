/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copies of the memory of sockets and threads with known values, in which discovery looks for
 * fields. */
#ifndef TCPLIFE_SAMPLE_H
#define TCPLIFE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"
#include "bpf/snapshot.h"

#define SAMPLES_MOST 32

/* The value that a field must have; large enough for an IPv6 address and a thread's name. */
struct expectation {
	bool given;
	uint8_t bytes[16]; /* in memory order */
};

/* A socket at a state change; if it enters SYN_SENT, the thread that connects it. */
struct sample {
	uint32_t oldstate, newstate; /* enum tcp_state */
	uint64_t task;		     /* the thread's address; 0: none, or not known */
	bool readable[SNAPSHOT_CHUNKS];
	/* Of the socket, then of its struct net; or of the thread, except its first chunk. */
	uint8_t memory[SNAPSHOT_CHUNKS * CHUNK_BYTES];
	struct expectation expected[LAYOUT_FIELD_COUNT];
};

struct samples {
	size_t count;
	size_t missed; /* state changes whose samples did not arrive */
	struct sample list[SAMPLES_MOST];
};

#endif
