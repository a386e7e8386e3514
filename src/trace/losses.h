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
	bool final;	     /* counted at the end of a run */
};

/* True if nothing is known to be lost. */
bool losses_none(const struct losses *l);

/*
 * Prints one line with the causes above 0. existing: sessions from before tracing were requested.
 */
void losses_print(FILE *out, const struct losses *l, bool existing);
/* Calls fn for each cause, with its name in JSON. */
void losses_each(const struct losses *l, void (*fn)(void *arg, const char *cause, int64_t count),
		 void *arg);
/* Writes one line of JSON. */
void losses_put_json(struct text *t, const struct losses *l);
/*
 * Reads that line back, without its newline. A cause that it lacks is unknown, and a line that does
 * not say so is final. Returns false if it is not such a line.
 */
bool losses_parse(struct losses *l, const char *line, size_t length);

/* Adds the losses of another run. What is known of one of them is known of the sum. */
void losses_add(struct losses *sum, const struct losses *l);
/* Whether no count is lower than an earlier one, as is so for counts of one run. */
bool losses_continue(const struct losses *earlier, const struct losses *l);

#endif
