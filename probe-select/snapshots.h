/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Snapshots of sockets, put together from the chunks that the calibration program sends. Chunks may
 * be lost, come twice, or be of somebody else's socket; a snapshot is handed out only if it is
 * whole and of the socket that is asked for. Makes no system call.
 */
#ifndef TCPLIFE_SNAPSHOTS_H
#define TCPLIFE_SNAPSHOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "sample.h"

/* A state change of one socket, which its addresses and ports name: no two sockets share them. */
struct state_change {
	uint32_t laddr, raddr;	     /* network order */
	uint16_t lport, rport;	     /* host order */
	uint32_t oldstate, newstate; /* enum tcp_state */
};

struct snapshots;

/* Returns NULL without memory. */
struct snapshots *snapshots_new(void);
void snapshots_free(struct snapshots *snapshots);

/* Takes a chunk as it came. When there is no room left, the oldest snapshot makes room. */
void snapshots_add(struct snapshots *snapshots, const struct chunk *chunk);

/*
 * Moves the first whole snapshot of this change into *sample, with no expectation given. Returns
 * false, with *sample untouched, if there is none (yet).
 */
bool snapshots_take(struct snapshots *snapshots, const struct state_change *change,
		    struct sample *sample);

#endif
