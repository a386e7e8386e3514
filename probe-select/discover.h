/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds the layout without BTF: opens loopback sessions with known values, has a calibration
 * program copy the memory of their sockets, and looks for the values in it.
 */
#ifndef TCPLIFE_DISCOVER_H
#define TCPLIFE_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "select.h"

struct layout;

/*
 * Fills in each field that is found at exactly one offset in every sample; the others stay unknown.
 * Takes milliseconds on a quiet machine, up to 12 s on a busy one. hook: where to take samples.
 * why: which wanted fields were not found, why, and what to do; "" if all were found. Returns false
 * if the machine was too busy to find everything that can be found.
 */
bool discover_layout(struct layout *layout, const struct hook_ops *hook, const struct facts *facts,
		     const struct sources *sources, char *why, size_t size);

#endif
