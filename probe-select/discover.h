/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds the layout without BTF: makes loopback sessions whose values it knows, has their sockets'
 * memory copied by a calibration program, and looks where the values stand.
 */
#ifndef TCPLIFE_DISCOVER_H
#define TCPLIFE_DISCOVER_H

#include <stddef.h>

#include "select.h"

struct layout;

/*
 * Fills in the fields that stand at one place, and one only, in every sample; the others stay
 * unknown. hook: where to watch from, HOOK_RAW or HOOK_KPROBE. why: which fields were not found
 * or what went wrong; "" if nothing.
 */
void discover_layout(struct layout *layout, enum hook hook, const struct facts *facts,
		     const struct sources *sources, char *why, size_t size);

#endif
