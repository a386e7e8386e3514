/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory of sockets whose values are known: what discovery looks for fields in. */
#ifndef TCPLIFE_SAMPLER_H
#define TCPLIFE_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"
#include "select.h"
#include "bpf/snapshot.h"

#define SAMPLES_MOST 32

/* A value that a field must have; wide enough for an IPv6 address. */
struct expectation {
	bool given;
	uint8_t bytes[16]; /* as they stand in memory */
};

/* One socket at one state change. */
struct sample {
	uint32_t oldstate, newstate;
	bool readable[SNAPSHOT_CHUNKS];
	uint8_t memory[SNAPSHOT_CHUNKS * CHUNK_BYTES]; /* the socket's, then its struct net's */
	struct expectation expected[LAYOUT_FIELD_COUNT];
};

struct samples {
	size_t count;
	struct sample list[SAMPLES_MOST];
};

/*
 * Makes loopback sessions, in a network namespace of our own or, if that is refused, on the host's
 * loopback, and samples their sockets. layout: holds the tracepoint's record. False: too little
 * came of it, and why.
 */
bool sampler_run(struct samples *samples, enum hook hook, const struct layout *layout,
		 const struct facts *facts, const struct sources *sources, char *why, size_t size);

#endif
