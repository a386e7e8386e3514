/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What statistics measure of each session, to tell percentiles of. One row of a table each. */
#ifndef TCPLIFE_MEASURE_H
#define TCPLIFE_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "session/session.h"

enum measure {
	MEASURE_LIFESPAN,
	MEASURE_CONNECT,
	MEASURE_ACCEPT_WAIT,
	MEASURE_RTT,
	MEASURE_TX,
	MEASURE_RX,
	MEASURES,
};

/* Those that statistics tell by default, as a mask. */
#define MEASURES_USUAL (1u << MEASURE_LIFESPAN | 1u << MEASURE_ACCEPT_WAIT)

enum quantile {
	QUANTILE_P50,
	QUANTILE_P90,
	QUANTILE_P99,
	QUANTILE_MAX,
	QUANTILES,
};

struct measure_row {
	const char *name;  /* for --of */
	const char *json;  /* what its JSON keys begin with */
	const char *title; /* what the titles of its columns begin with */
	bool bytes;	   /* else nanoseconds */
	unsigned columns;  /* a mask, by enum quantile, of those that the table shows by default */
	bool always;	   /* it shows them even if no session has a value */
	int64_t (*read)(const struct session *s); /* -1: unknown */
};

struct quantile_row {
	unsigned permille;
	const char *json;  /* what follows in the JSON key, before the unit */
	const char *title; /* what follows in the column's title, before the unit */
};

/* In the order of output. */
extern const struct measure_row measures[MEASURES];
extern const struct quantile_row quantiles[QUANTILES];

/* A words_fn: the names of the measures. */
const char *measure_name(unsigned n);

#endif
