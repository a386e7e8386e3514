/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sessions, to be found by where they go from and to. */
#ifndef TCPLIFE_ROSTER_H
#define TCPLIFE_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record.h"

struct roster;

struct roster_entry {
	struct record record;
	uint64_t inode; /* of the socket, as in /proc/PID/fd; 0: unknown */
	bool gone;	/* private */
};

/* Room for so many at most. NULL without memory. To be freed by roster_free(). */
struct roster *roster_new(uint32_t most);
void roster_free(struct roster *roster);

/*
 * Adds a session, also one that has the same ends as another. Returns 0, -ENOMEM, or -ENOSPC: there
 * is no room left. Entries move: pointers to them last until then.
 */
int roster_add(struct roster *roster, const struct record *record, uint64_t inode);
void roster_remove(struct roster *roster, struct roster_entry *entry);

/*
 * The first entry after `after` (NULL: the first of all) with these addresses and ports, and in the
 * same network namespace, as far as both are known; NULL: none.
 */
struct roster_entry *roster_find(const struct roster *roster, const struct record *ends,
				 const struct roster_entry *after);

/* Goes through all: NULL gives the first, and NULL ends. */
struct roster_entry *roster_next(const struct roster *roster, const struct roster_entry *after);

#endif
