// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "measure.h"

static int64_t read_lifespan(const struct session *s)
{
	return s->age_known && s->ending != ENDING_OPEN ? s->duration_ns : -1;
}

static int64_t read_connect(const struct session *s)
{
	return s->connect_ns;
}

static int64_t read_accept_wait(const struct session *s)
{
	return s->accept_wait_ns;
}

static int64_t read_rtt(const struct session *s)
{
	return s->rtt_us < 0 ? -1 : s->rtt_us * 1000;
}

/* An open session has not moved all that it will. */
static int64_t read_tx(const struct session *s)
{
	return s->ending == ENDING_OPEN ? -1 : s->tx_bytes;
}

static int64_t read_rx(const struct session *s)
{
	return s->ending == ENDING_OPEN ? -1 : s->rx_bytes;
}

/* clang-format off */
const struct measure_row measures[MEASURES] = {
	[MEASURE_LIFESPAN] = { .name = "duration", .json = "", .title = "", .always = true,
			       .columns = (1 << QUANTILES) - 1, .read = read_lifespan },
	[MEASURE_CONNECT] = { .name = "connect", .json = "connect_", .title = "CONN_",
			      .read = read_connect },
	[MEASURE_ACCEPT_WAIT] = { .name = "accept-wait", .json = "accept_wait_", .title = "WAIT_",
				  .columns = 1 << QUANTILE_P50 | 1 << QUANTILE_P99,
				  .read = read_accept_wait },
	[MEASURE_RTT] = { .name = "rtt", .json = "rtt_", .title = "RTT_", .read = read_rtt },
	[MEASURE_TX] = { .name = "tx", .json = "tx_", .title = "TX_", .bytes = true, .read = read_tx },
	[MEASURE_RX] = { .name = "rx", .json = "rx_", .title = "RX_", .bytes = true, .read = read_rx },
};
/* clang-format on */

const struct quantile_row quantiles[QUANTILES] = {
	[QUANTILE_P50] = { 500, "p50", "P50" },
	[QUANTILE_P90] = { 900, "p90", "P90" },
	[QUANTILE_P99] = { 990, "p99", "P99" },
	[QUANTILE_MAX] = { 1000, "max", "MAX" },
};

const char *measure_name(unsigned n)
{
	return n < MEASURES ? measures[n].name : NULL;
}
