/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The scenarios: what happens on a stage. Each file of them ends in its part of the list. */
#ifndef WORKLOAD_SCENARIO_H
#define WORKLOAD_SCENARIO_H

#include <stddef.h>

#include "stage.h"

struct scenario {
	const char *name;
	void (*play)(struct stage *stage);
	unsigned families; /* a bit for each enum family it plays for */
	bool slow;	   /* waits for the kernel's timers */
	bool held;	   /* waits for a tracer: for --hold, and not part of `all` */
};

#define FAMILIES_ALL  ((1U << FAMILIES) - 1)
#define FAMILIES_MAIN (1U << FAMILY_V4 | 1U << FAMILY_V6 | 1U << FAMILY_DUAL)
#define FAMILIES_TWO  (1U << FAMILY_V4 | 1U << FAMILY_V6)
#define FAMILIES_V4   (1U << FAMILY_V4)

/* Each ends with one that has no name. */
extern const struct scenario scenarios_orderly[], scenarios_abrupt[], scenarios_owner[],
	scenarios_connect[], scenarios_standing[];

#endif
