/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What to print, and how. */
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
	COLOR_AUTO, /* colours if the terminal has them */
	COLOR_ALWAYS,
	COLOR_NEVER,
	COLORS,
};

enum output_header {
	HEADER_YES,
	HEADER_NO,
	HEADERS,
};

struct filter;

/* All zeroes is what the command line says by default. */
struct output_request {
	uint8_t extras;	  /* fields beside the usual ones: a mask of enum session_extra */
	const char *host; /* its name in JSON; NULL: its own; borrowed */
	const char *file; /* to append to; NULL: standard output; borrowed */
	enum output_format format;
	enum output_color color;
	enum output_header header;
	bool wide;	 /* for FORMAT_TABLE */
	bool time;	 /* column TIME */
	bool timestamp;	 /* column TIME(s) */
	bool ending;	 /* column END, however narrow the terminal */
	bool extended;	 /* all columns, END included */
	bool deltas;	 /* what a session has moved since it was last told of */
	bool list;	 /* what is open now, and nothing else */
	uint64_t top_ns; /* how often to redraw the live view; 0: there is none */
	bool stats;	 /* statistics instead of sessions */
	struct stats_request figures;
	const char *metrics; /* a file for Prometheus; NULL: none; borrowed */
	const char *version; /* for the metrics, like the filter; borrowed */
	const struct filter *filter;
	bool no_histogram;    /* for FORMAT_TABLE */
	bool recorded;	      /* time is that of the records, not of the clock */
	uint64_t duration_ns; /* when the run will end; 0: unknown */
	uint64_t interval_ns; /* of statistics or interim records; 0: only at the end */
};

#endif
