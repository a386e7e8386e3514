/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel side's table of sessions (bpf/sessions.bpf.h), read from user space. */
#ifndef TCPLIFE_SESSIONS_H
#define TCPLIFE_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/life.h"

struct sessions {
	int near; /* descriptors of the maps, borrowed */
	int hash;
	uint32_t near_sets; /* 0: there is no map `near` */
	uint32_t most;	    /* that the hash table holds */
};

/* Copies the session with this key. What the ring generation does not keep of it is 0. */
bool sessions_find(const struct sessions *sessions, uint64_t key, struct life *life);

typedef void (*sessions_fn)(void *arg, uint64_t key, const struct life *life);

/* Calls fn for each session; of those that come and go meanwhile, some may be left out. */
void sessions_each(const struct sessions *sessions, sessions_fn fn, void *arg);

#endif
