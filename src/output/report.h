/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What --stats prints: the figures of the whole run and, if asked for, of each interval. */
#ifndef TCPLIFE_REPORT_H
#define TCPLIFE_REPORT_H

#include <stdint.h>

#include "request.h"
#include "session/session.h"
#include "writer.h"

struct report;

/*
 * Both are borrowed. Times, here and below, are nanoseconds by clock_now_ns(). NULL: no memory.
 * To be freed by report_free().
 */
struct report *report_new(const struct output_request *request, struct writer *w, int64_t now_ns);
void report_free(struct report *r);

void report_add(struct report *r, const struct session *s);
/* When the present interval ends; INT64_MAX: there are none. */
int64_t report_due(const struct report *r);
/* Writes what the interval had, if it has ended, and begins the next. */
enum writer_status report_tick(struct report *r, int64_t now_ns);
/* Writes what the last interval had, if anything, and the whole run. */
enum writer_status report_end(struct report *r, int64_t now_ns);

#endif
