/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copies of the memory of sockets with known values, in which discovery looks for fields. */
#ifndef TCPLIFE_SAMPLE_H
#define TCPLIFE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"
#include "bpf/snapshot.h"

#define SAMPLES_MOST 32

/* The value that a field must have; large enough for an IPv6 address. */
struct expectation {
	bool given;
	uint8_t bytes[16]; /* in memory order */
};

/* A socket at a state change. */
struct sample {
	uint32_t oldstate, newstate; /* enum tcp_state */
	bool readable[SNAPSHOT_CHUNKS];
	uint8_t memory[SNAPSHOT_CHUNKS * CHUNK_BYTES]; /* of the socket, then of its struct net */
	struct expectation expected[LAYOUT_FIELD_COUNT];
};

struct samples {
	size_t count;
	size_t missed; /* state changes whose samples did not arrive */
	struct sample list[SAMPLES_MOST];
};

#endif
