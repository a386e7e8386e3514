// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "discover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "match.h"
#include "sampler.h"

/* Fields whose absence a user would notice; each costs what it says. */
static const struct {
	enum layout_field field;
	const char *cost;
} wanted[] = {
	{ FIELD_BYTES_ACKED, "TX" },
	{ FIELD_BYTES_RECEIVED, "RX" },
	{ FIELD_SK_ERR, "END" },
};

void discover_layout(struct layout *layout, enum hook hook, const struct facts *facts,
		     const struct sources *sources, char *why, size_t size)
{
	struct samples *samples = calloc(1, sizeof(*samples));
	size_t used = 0;

	*why = 0;
	layout->source = LAYOUT_DISCOVERED;
	if (!samples) {
		snprintf(why, size, "no memory");
		return;
	}
	if (sampler_run(samples, hook, layout, facts, sources, why, size)) {
		match_fields(layout, samples);
		for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted) && used < size; i++)
			if (!layout_has(layout, wanted[i].field))
				used += (size_t)snprintf(why + used, size - used, "%s%s was not found (%s unknown)",
							 used ? ", " : "", layout_field_name(wanted[i].field),
							 wanted[i].cost);
	}
	free(samples);
}
