/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A run, from choosing a hook to reporting losses. */
#ifndef TCPLIFE_RUN_H
#define TCPLIFE_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/options.h"

/*
 * Traces until a signal, --duration or --count ends the run, or until nobody reads the output.
 * Returns false if it could not trace or write, with a line in why.
 */
bool run_trace(const struct options *options, char *why, size_t size);

#endif
