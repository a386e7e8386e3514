// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "discover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "layout.h"
#include "match.h"
#include "sampler.h"

#define TRIES 3 /* a machine that is busy may be too slow for the first one */

/* Fields whose absence a user would notice; each costs what it says. */
static const struct {
	enum layout_field field;
	const char *cost;
} wanted[] = {
	{ FIELD_BYTES_ACKED, "TX" },
	{ FIELD_BYTES_RECEIVED, "RX" },
	{ FIELD_SK_ERR, "END" },
};

static bool is_complete(const struct layout *layout)
{
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (!layout_has(layout, wanted[i].field))
			return false;
	return true;
}

/* What was not found, and what that costs; "" if nothing. */
static void explain(const struct layout *layout, char *why, size_t size)
{
	size_t used = 0;

	*why = 0;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted) && used < size; i++)
		if (!layout_has(layout, wanted[i].field))
			used += (size_t)snprintf(
				why + used, size - used, "%s%s was not found (%s unknown)",
				used ? ", " : "", layout_field_name(wanted[i].field),
				wanted[i].cost);
}

void discover_layout(struct layout *layout, enum hook hook, const struct facts *facts,
		     const struct sources *sources, char *why, size_t size)
{
	struct samples *samples = calloc(1, sizeof(*samples));

	*why = 0;
	layout->source = LAYOUT_DISCOVERED;
	if (facts->sys_error) {
		snprintf(
			why, size,
			"nothing was discovered: /sys cannot be read: %s: mount it (mount -t sysfs "
			"sysfs /sys)",
			strerror(facts->sys_error));
		free(samples);
		return;
	}
	if (!samples) {
		snprintf(why, size, "no memory");
		return;
	}
	for (int i = 0; i < TRIES && !is_complete(layout); i++) {
		samples->count = 0;
		if (sampler_run(samples, hook, layout, facts, sources, why, size)) {
			match_fields(layout, samples);
			explain(layout, why, size);
		}
		if (!samples->count)
			break;
	}
	free(samples);
}
