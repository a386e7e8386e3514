/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Traces sessions whose truth is known, and says whether the records are right. */
#ifndef TCPLIFE_SELFTEST_H
#define TCPLIFE_SELFTEST_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/options.h"

/*
 * Takes about a second, and touches only loopback. Prints what it found, as JSON if the options say
 * so. Returns whether all records are right; false too if it could not trace or play.
 */
bool selftest_run(FILE *out, const struct options *options);

#endif
