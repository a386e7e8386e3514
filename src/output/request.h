/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is to be printed, and how. */
#ifndef TCPLIFE_REQUEST_H
#define TCPLIFE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "stats.h"

enum output_format {
	FORMAT_TABLE,
	FORMAT_CSV,
	FORMAT_JSON,
};

enum output_color {
	COLOR_AUTO, /* if it is a terminal that has colours */
	COLOR_ALWAYS,
	COLOR_NEVER,
	COLORS,
};

struct output_request {
	enum output_format format;
	enum output_color color;
	bool header;
	bool wide;	/* only matters to FORMAT_TABLE */
	bool time;	/* column TIME */
	bool timestamp; /* column TIME(s) */
	bool ending;	/* column END */
	bool extended;	/* all columns, END among them */
	bool stats;	/* statistics instead of sessions; what follows is theirs */
	struct stats_by by;
	uint64_t interval_ns; /* 0: only at the end */
};

#endif
