/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sessions added up in groups, in bounded memory. */
#ifndef TCPLIFE_STATS_H
#define TCPLIFE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "histogram.h"
#include "session/fields.h"
#include "session/session.h"
#include "base/words.h"

#define STATS_GROUPS	4096 /* sessions of further groups go to one that is called other */
#define STATS_LIFESPANS 51   /* classes of lifespans, enough for any */

/* What groups are made by, in this order; none: by port and direction. */
struct stats_by {
	const struct field *keys[FIELDS_MOST];
	unsigned count;
};

struct stats_figures {
	uint64_t sessions;
	uint64_t failed;   /* before they were established */
	uint64_t tx_bytes; /* of those of which they are known */
	uint64_t rx_bytes;
	uint64_t tx_unknown; /* sessions */
	uint64_t rx_unknown;
	uint64_t unmeasured; /* lifespans that found no memory */
	/* Nanoseconds; not of those that are open, or older than the tracer. */
	struct histogram lifespans;
};

struct stats_group {
	struct session id; /* has what its sessions have in common; the rest is zeroes */
	struct stats_figures figures;
	unsigned serial; /* which group it was to be seen, from 0 */
};

struct stats;

/* Adds keys from a list; false, and *blame filled in, if one is bad or there already. */
bool stats_by_add(struct stats_by *by, const char *list, struct blame *blame);

/* NULL: no memory. To be freed by stats_free(). */
struct stats *stats_new(const struct stats_by *by);
void stats_free(struct stats *s);
/* Counts a session. It always counts: without memory for another group, it is of `other`. */
void stats_add(struct stats *s, const struct session *session);
/* Forgets all sessions. */
void stats_clear(struct stats *s);

/* What follows stays valid until the next call that is not about a const struct stats. */

/* By what the groups are made; at least one key. */
const struct stats_by *stats_by(const struct stats *s);
/* The groups, most sessions first; *count may be 0. */
struct stats_group *const *stats_sort(struct stats *s, size_t *count);
const struct stats_figures *stats_all(const struct stats *s);
const struct stats_figures *stats_other(const struct stats *s);

/* How many lifespans are of class n, that is at least stats_lifespan_from(n), below the next's. */
uint64_t stats_lifespans(const struct stats *s, unsigned n);
/* Nanoseconds: 0, then 1/64 ms and each power of two of it. */
int64_t stats_lifespan_from(unsigned n);

#endif
