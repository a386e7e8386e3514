/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One run from the first session to the report: choose, drain, write, until it is time to end. */
#ifndef TCPLIFE_RUN_H
#define TCPLIFE_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/options.h"

/*
 * Traces until a signal, --duration or --count ends it, or nobody reads any more. False: it could
 * not trace or not write, and one line that says why.
 */
bool run_trace(const struct options *options, char *why, size_t size);

#endif
