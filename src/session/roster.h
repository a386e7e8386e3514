/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of sessions, found by addresses and ports. */
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

/* Holds at most `most` sessions. Returns NULL if out of memory. Free it with roster_free(). */
struct roster *roster_new(uint32_t most);
void roster_free(struct roster *roster);

/*
 * Adds a session; others may have the same addresses and ports. Returns 0, -ENOMEM, or -ENOSPC if
 * the table is full. Invalidates pointers to entries.
 */
int roster_add(struct roster *roster, const struct record *record, uint64_t inode);
void roster_remove(struct roster *roster, struct roster_entry *entry);

/*
 * Returns the next entry after `after` (NULL: the first entry) with these addresses and ports and,
 * if both are known, the same network namespace; NULL if there is none.
 */
struct roster_entry *roster_find(const struct roster *roster, const struct record *ends,
				 const struct roster_entry *after);

/* Iterates over all entries: pass NULL for the first; returns NULL after the last. */
struct roster_entry *roster_next(const struct roster *roster, const struct roster_entry *after);

#endif
