/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The output of --stats: figures of the whole run and, if requested, of each interval. */
#ifndef TCPLIFE_REPORT_H
#define TCPLIFE_REPORT_H

#include <stdint.h>

#include "request.h"
#include "session/session.h"
#include "writer.h"

struct report;

/*
 * If the request says that time is that of the records, it begins when the first session of all
 * ended and ends when the last one did; an interval ends with the first session that ended after
 * it, and is left out if it had none. Else it is the time that the functions below are given.
 *
 * Borrows both. Times here are nanoseconds by clock_now_ns(). Returns NULL if out of memory. Free
 * it with report_free().
 */
struct report *report_new(const struct output_request *request, struct writer *w, int64_t now_ns);
void report_free(struct report *r);

void report_add(struct report *r, const struct session *s);
/* How many sessions have been added that ended. */
uint64_t report_sessions(const struct report *r);
/* When report_tick() has something to do; INT64_MAX: never. */
int64_t report_due(const struct report *r);
/* If the interval is over, writes its figures and begins the next. */
enum writer_status report_tick(struct report *r, int64_t now_ns);
/* Writes the figures of the last interval, if it had sessions, and of the whole run. */
enum writer_status report_end(struct report *r, int64_t now_ns);

#endif
