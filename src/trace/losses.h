/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sessions that ended and were not printed, by cause. */
#ifndef TCPLIFE_LOSSES_H
#define TCPLIFE_LOSSES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

/* Numbers of sessions; negative: unknown. */
struct losses {
	int64_t buffer;	     /* found the buffer to user space full */
	int64_t sessions;    /* found the session table full when they began */
	int64_t output;	     /* standard output took nothing until the end */
	int64_t preexisting; /* began before tracing */
	int64_t missed;	     /* their end was not reported to our programs */
};

/* True if nothing is known to be lost. */
bool losses_none(const struct losses *l);

/*
 * Prints one line with the causes above 0. existing: sessions from before tracing were requested.
 */
void losses_print(FILE *out, const struct losses *l, bool existing);
/* Writes one line of JSON. */
void losses_put_json(struct text *t, const struct losses *l);

#endif
