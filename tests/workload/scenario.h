/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The scenarios. Each file of them ends with its part of the list. */
#ifndef WORKLOAD_SCENARIO_H
#define WORKLOAD_SCENARIO_H

#include <stddef.h>

#include "stage.h"

struct scenario {
	const char *name;
	void (*play)(struct stage *stage);
	unsigned families; /* one bit per enum family */
	bool slow;	   /* depends on kernel timers */
	bool held;	   /* waits for a tracer: needs --hold, and `all` excludes it */
};

#define FAMILIES_ALL  ((1U << FAMILIES) - 1)
#define FAMILIES_MAIN (1U << FAMILY_V4 | 1U << FAMILY_V6 | 1U << FAMILY_DUAL)
#define FAMILIES_TWO  (1U << FAMILY_V4 | 1U << FAMILY_V6)
#define FAMILIES_V4   (1U << FAMILY_V4)

/* The lists; each ends with an entry without a name. */
extern const struct scenario scenarios_orderly[], scenarios_abrupt[], scenarios_owner[],
	scenarios_connect[], scenarios_link[], scenarios_standing[];

#endif
