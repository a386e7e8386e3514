/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The interface of report formats. Each format is one file. */
#ifndef TCPLIFE_REPORT_FORMAT_H
#define TCPLIFE_REPORT_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "stats.h"
#include "writer.h"

struct report_page {
	struct stats *stats;
	bool whole;	    /* of the run, not an interval */
	bool header;	    /* for the table: write the header */
	bool utf8;	    /* whether bars may use UTF-8 */
	bool histogram;	    /* for the table: write it */
	bool asked;	    /* what to measure was requested, so the table shows all of it */
	int64_t elapsed_ns; /* 0: all at once, so there is no rate */
	int64_t ended_ns;   /* nanoseconds since 1970 */
};

/* Writes a page into the writer's batch. writer_status() tells whether that failed. */
typedef void report_format(struct writer *w, const struct report_page *page);

extern report_format report_table, report_json;

/* Sessions per second, in hundredths; -1: unknown. */
static inline int64_t report_rate(const struct report_page *page, uint64_t sessions)
{
	if (!page->elapsed_ns)
		return -1;
	return (int64_t)((double)sessions * 1e11 / (double)page->elapsed_ns + 0.5);
}

#endif
