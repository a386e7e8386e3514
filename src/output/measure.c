// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "measure.h"

static int64_t read_lifespan(const struct session *s)
{
	return s->age_known && s->ending != ENDING_OPEN ? s->duration_ns : -1;
}

static int64_t read_accept_wait(const struct session *s)
{
	return s->accept_wait_ns;
}

const struct measure_row measures[MEASURES] = {
	[MEASURE_LIFESPAN] = {
		.json = "",
		.title = "",
		.columns = 1 << QUANTILE_P50 | 1 << QUANTILE_P90 | 1 << QUANTILE_P99 |
			   1 << QUANTILE_MAX,
		.always = true,
		.read = read_lifespan,
	},
	[MEASURE_ACCEPT_WAIT] = {
		.json = "accept_wait_",
		.title = "WAIT_",
		.columns = 1 << QUANTILE_P50 | 1 << QUANTILE_P99,
		.read = read_accept_wait,
	},
};

const struct quantile_row quantiles[QUANTILES] = {
	[QUANTILE_P50] = { 500, "p50_ns", "P50_MS" },
	[QUANTILE_P90] = { 900, "p90_ns", "P90_MS" },
	[QUANTILE_P99] = { 990, "p99_ns", "P99_MS" },
	[QUANTILE_MAX] = { 1000, "max_ns", "MAX_MS" },
};
