/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads the kernel side's map `tuples`: the addresses and ports of the open sessions. */
#ifndef TCPLIFE_TUPLES_H
#define TCPLIFE_TUPLES_H

#include <stdint.h>

#include "bpf/tuple.h"

/* key: as in the table of sessions. tuple: valid only during the call. */
typedef void tuples_fn(void *arg, uint64_t key, const struct tuple *tuple);

/*
 * Calls fn for each session, at most `most` of them. While the map changes, one that does not end
 * is never left out, but may come twice. Returns 0 or -errno.
 */
int tuples_each(int map, uint32_t most, tuples_fn *fn, void *arg);

#endif
