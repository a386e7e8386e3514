/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sessions that have ended and were not printed, by cause. */
#ifndef TCPLIFE_LOSSES_H
#define TCPLIFE_LOSSES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

/* How many of each; below 0: the kernel does not tell. */
struct losses {
	int64_t buffer;	  /* the buffer between the kernel and us was full */
	int64_t sessions; /* the session map was full when they began */
	int64_t output;	  /* standard output took no more until we were told to end */
	int64_t unborn;	  /* they began before tracing did */
	int64_t missed;	  /* the kernel told none of our programs of their end */
};

/* Nothing is lost, as far as is known. */
bool losses_none(const struct losses *l);

/* One line, of those causes that there were. existing: whether sessions older than the tracer were
 * asked for. */
void losses_print(FILE *out, const struct losses *l, bool existing);
/* One line of JSON. */
void losses_put_json(struct text *t, const struct losses *l);

#endif
