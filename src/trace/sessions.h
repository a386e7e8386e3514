/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads the kernel side's table of sessions (bpf/sessions.bpf.h). */
#ifndef TCPLIFE_SESSIONS_H
#define TCPLIFE_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/conn.h"
#include "bpf/record.h"

struct tuple;

struct sessions {
	int primary; /* map descriptors, borrowed */
	int hash;
	uint32_t primary_sets; /* 0: there is no map `primary` */
	uint32_t most;	       /* capacity of the hash table */
};

/*
 * Copies the session with this key; members that the ring generation lacks are 0. Returns false if
 * there is none.
 */
bool sessions_find(const struct sessions *sessions, uint64_t key, struct conn *conn);

/*
 * As tracer_read_open() says: copies what is known of a session that is open, whose ends are in
 * `tuple`. Returns false if it has ended.
 */
bool sessions_read(const struct sessions *sessions, uint64_t key, const struct tuple *tuple,
		   struct record *record);

typedef void (*sessions_fn)(void *arg, uint64_t key, const struct conn *conn);

/*
 * Calls fn for each session. May miss sessions that come or go meanwhile. Returns false if some of
 * the others came twice.
 */
bool sessions_each(const struct sessions *sessions, sessions_fn fn, void *arg);

#endif
