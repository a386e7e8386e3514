/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sums of sessions in groups, in bounded memory. */
#ifndef TCPLIFE_STATS_H
#define TCPLIFE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "groups.h"
#include "histogram.h"
#include "measure.h"
#include "session/session.h"
#include "base/words.h"

#define STATS_GROUPS	4096 /* the rest goes to a group named "other" */
#define STATS_LIFESPANS 51   /* classes of lifespans; they cover every int64_t */

struct stats_figures {
	uint64_t sessions; /* that ended */
	uint64_t open;	   /* that did not */
	uint64_t failed;   /* before they were established */
	uint64_t tx_bytes; /* summed over sessions that tell it */
	uint64_t rx_bytes;
	uint64_t tx_unknown; /* number of sessions that do not tell it */
	uint64_t rx_unknown;
	uint64_t unmeasured; /* values of `measured` dropped for lack of memory */
	/* By enum measure; of the sessions of which it is known. */
	struct histogram measured[MEASURES];
};

struct stats_group {
	struct session id; /* must be first; holds the grouping fields; the rest is zero */
	struct stats_figures figures;
	unsigned serial; /* position in order of appearance, from 0 */
};

struct stats;

/*
 * Adds the measures of a list to a mask by enum measure. If one is unknown, returns false with
 * *blame filled in.
 */
bool stats_of_add(unsigned *of, const char *list, struct blame *blame);

struct stats_request {
	struct groups_by by; /* if empty: by port and direction */
	unsigned of;	     /* a mask, by enum measure, of what to measure; 0: the usual ones */
	uint32_t groups;     /* show only this many, the largest; 0: all */
};

/* Returns NULL if out of memory. Free it with stats_free(). */
struct stats *stats_new(const struct stats_request *request);
void stats_free(struct stats *s);
/* Adds a session; to `other` if it needs a new group and none fits. */
void stats_add(struct stats *s, const struct session *session);
/* Removes all sessions. */
void stats_clear(struct stats *s);

/* The results below are borrowed, and valid until the next call with a non-const struct stats. */

/* The grouping fields; at least one. */
const struct groups_by *stats_by(const struct stats *s);
/* What is measured; a mask by enum measure. */
unsigned stats_of(const struct stats *s);
/* The groups to show, most sessions first. *count may be 0. */
struct stats_group *const *stats_sort(struct stats *s, size_t *count);
const struct stats_figures *stats_all(const struct stats *s);
/* Whether no session has been added. */
bool stats_empty(const struct stats *s);
/* The sessions that are in none of the groups that the last stats_sort() returned. */
const struct stats_figures *stats_other(const struct stats *s);

/* The number of lifespans of class n: from stats_lifespan_from(n) to below that of n + 1. */
uint64_t stats_lifespans(const struct stats *s, unsigned n);
/* In nanoseconds: 0, then 1/64 ms times each power of two. */
int64_t stats_lifespan_from(unsigned n);

#endif
