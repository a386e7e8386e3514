/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What has been since the start, in groups, as Prometheus' text format tells it. */
#ifndef TCPLIFE_METRICS_H
#define TCPLIFE_METRICS_H

#include "replacement.h"
#include "request.h"
#include "session/session.h"
#include "trace/losses.h"

#define METRICS_GROUPS 256 /* by default; the rest goes to one more group */

struct metrics;

/* Borrows what the request borrows. Returns NULL if out of memory. Free it with metrics_free(). */
struct metrics *metrics_new(const struct output_request *request, int64_t since_wall_ns);
void metrics_free(struct metrics *m);

/*
 * Adds a session that has ended. Returns false if it is the first for which there was no group of
 * its own.
 */
bool metrics_add(struct metrics *m, const struct session *s);
/* Takes the losses so far. */
void metrics_set_losses(struct metrics *m, const struct losses *losses);
/* Takes how many sessions are open; -1: unknown. */
void metrics_set_open(struct metrics *m, int64_t count);
/* Writes all of it. */
void metrics_write(const struct metrics *m, struct replacement *file);

/* How many groups there may be. */
uint32_t metrics_groups_most(const struct metrics *m);

#endif
