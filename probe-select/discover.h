/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds the layout without BTF: makes loopback sessions whose values it knows, has their sockets'
 * memory copied by a calibration program, and looks where the values stand.
 */
#ifndef TCPLIFE_DISCOVER_H
#define TCPLIFE_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "select.h"

struct layout;

/*
 * Fills in the fields that stand at one place, and one only, in every sample; the others stay
 * unknown. Takes some milliseconds on a quiet machine, and up to 12 s on a busy one. hook: where to
 * watch from. why: which fields were not found, for what reason, and what to do; "" if all of
 * those that a record needs were found. Returns false if the machine was too busy to find all that
 * can be found.
 */
bool discover_layout(struct layout *layout, const struct hook_ops *hook, const struct facts *facts,
		     const struct sources *sources, char *why, size_t size);

#endif
