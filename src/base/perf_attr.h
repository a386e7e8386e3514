/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How to open the perf buffers that BPF programs write to. */
#ifndef TCPLIFE_PERF_ATTR_H
#define TCPLIFE_PERF_ATTR_H

#include <linux/perf_event.h>

/* Without a wakeup: the caller sets `wakeup_events`, or `watermark` and `wakeup_watermark`. */
static inline struct perf_event_attr perf_attr(void)
{
	return (struct perf_event_attr){
		.size = sizeof(struct perf_event_attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
	};
}

#endif
