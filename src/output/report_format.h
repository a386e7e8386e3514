/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a report is made of. One file a format. */
#ifndef TCPLIFE_REPORT_FORMAT_H
#define TCPLIFE_REPORT_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "stats.h"
#include "writer.h"

struct report_page {
	struct stats *stats;
	bool whole;	    /* of the run, not of an interval */
	bool header;	    /* only the table has one */
	bool utf8;	    /* what bars are drawn with */
	int64_t elapsed_ns; /* above 0 */
	int64_t ended_ns;   /* by the wall clock, since 1970 */
};

/* Put into the writer's batch; its status tells how that went. */
typedef void report_format(struct writer *w, const struct report_page *page);

extern report_format report_table, report_json;

/* Sessions a second, in hundredths. */
static inline uint64_t report_rate(const struct report_page *page, uint64_t sessions)
{
	return (uint64_t)((double)sessions * 1e11 / (double)page->elapsed_ns + 0.5);
}

#endif
