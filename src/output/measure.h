/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What statistics measure of each session, to tell percentiles of. One row of a table each. */
#ifndef TCPLIFE_MEASURE_H
#define TCPLIFE_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "session/session.h"

enum measure {
	MEASURE_LIFESPAN,
	MEASURE_ACCEPT_WAIT,
	MEASURES,
};

enum quantile {
	QUANTILE_P50,
	QUANTILE_P90,
	QUANTILE_P99,
	QUANTILE_MAX,
	QUANTILES,
};

struct measure_row {
	const char *json;  /* what its JSON keys begin with */
	const char *title; /* what the titles of its columns begin with */
	unsigned columns;  /* a mask, by enum quantile, of those that the table shows */
	bool always;	   /* the table shows them even if no session has a value */
	int64_t (*read)(const struct session *s); /* nanoseconds; -1: unknown */
};

struct quantile_row {
	unsigned permille;
	const char *json;  /* the rest of the JSON key */
	const char *title; /* the rest of the column's title */
};

/* In the order of output. */
extern const struct measure_row measures[MEASURES];
extern const struct quantile_row quantiles[QUANTILES];

#endif
