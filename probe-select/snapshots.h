/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Assembles snapshots of sockets from the chunks of the calibration program. Chunks may be lost,
 * arrive twice, or belong to other sockets; only complete snapshots of the requested socket are
 * returned. Makes no system calls.
 */
#ifndef TCPLIFE_SNAPSHOTS_H
#define TCPLIFE_SNAPSHOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "sample.h"

/* A state change of a socket, which its addresses and ports identify. */
struct state_change {
	uint32_t laddr, raddr;	     /* network order */
	uint16_t lport, rport;	     /* host order */
	uint32_t oldstate, newstate; /* enum tcp_state */
};

struct snapshots;

/* Returns NULL if out of memory. Free it with snapshots_free(). */
struct snapshots *snapshots_new(void);
void snapshots_free(struct snapshots *snapshots);

/* Adds a chunk. If there is no room for a new snapshot, drops the oldest. */
void snapshots_add(struct snapshots *snapshots, const struct chunk *chunk);

/*
 * Moves the first complete snapshot of this change into *sample, without expected values. Returns
 * false, with *sample unchanged, if there is none yet.
 */
bool snapshots_take(struct snapshots *snapshots, const struct state_change *change,
		    struct sample *sample);

#endif
