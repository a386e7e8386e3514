/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of sessions, found by addresses and ports. */
#ifndef TCPLIFE_SOCKET_TABLE_H
#define TCPLIFE_SOCKET_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record.h"
#include "session.h"

struct socket_table;

struct socket_table_entry {
	struct record record;
	uint64_t inode; /* of the socket, as in /proc/PID/fd; 0: unknown */
	/* For who looks at the sessions again and again (trace/open.c). */
	uint64_t cookie; /* of the socket; 0: unknown */
	uint64_t key;	 /* on the kernel side; 0: unknown */
	uint32_t traced; /* the last look in which the kernel side knew it */
	uint32_t listed; /* the last look in which the kernel listed its socket */
	struct session_moved moved;
	bool gone; /* private */
};

/* Holds at most `most` sessions. Returns NULL if out of memory. Free it with socket_table_free().
 */
struct socket_table *socket_table_new(uint32_t most);
void socket_table_free(struct socket_table *table);

/*
 * Adds a session; others may have the same addresses and ports. Returns 0, -ENOMEM, or -ENOSPC if
 * the table is full. Invalidates pointers to entries.
 */
int socket_table_add(struct socket_table *table, const struct record *record, uint64_t inode);
/* The session that was added last. */
struct socket_table_entry *socket_table_newest(const struct socket_table *table);
void socket_table_remove(struct socket_table *table, struct socket_table_entry *entry);

/*
 * Returns the next entry after `after` (NULL: the first entry) with these addresses and ports and,
 * if both are known, the same network namespace; NULL if there is none.
 */
struct socket_table_entry *socket_table_find(const struct socket_table *table,
					     const struct record *tuple,
					     const struct socket_table_entry *after);

/*
 * Gives the room of removed sessions back if they are many. Invalidates pointers to entries.
 */
void socket_table_compact(struct socket_table *table);

/* Iterates over all entries: pass NULL for the first; returns NULL after the last. */
struct socket_table_entry *socket_table_next(const struct socket_table *table,
					     const struct socket_table_entry *after);

#endif
