/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The memory of sockets whose values are known: what discovery looks for fields in. */
#ifndef TCPLIFE_SAMPLE_H
#define TCPLIFE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"
#include "bpf/snapshot.h"

#define SAMPLES_MOST 32

/* The value that a field must have; wide enough for an IPv6 address. */
struct expectation {
	bool given;
	uint8_t bytes[16]; /* as they stand in memory */
};

/* One socket at one state change. */
struct sample {
	uint32_t oldstate, newstate; /* enum tcp_state */
	bool readable[SNAPSHOT_CHUNKS];
	uint8_t memory[SNAPSHOT_CHUNKS * CHUNK_BYTES]; /* the socket's, then its struct net's */
	struct expectation expected[LAYOUT_FIELD_COUNT];
};

struct samples {
	size_t count;
	size_t missed; /* state changes that happened, but of which no sample came */
	struct sample list[SAMPLES_MOST];
};

#endif
