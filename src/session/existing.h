/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The sessions that are older than the tracer: what the kernel side cannot know of them. */
#ifndef TCPLIFE_EXISTING_H
#define TCPLIFE_EXISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record.h"
#include "roster.h"

struct sock_diag;
struct existing;

/*
 * Looks at all open sessions and their owners, up to `most` of them. To be called when tracing has
 * begun, so that none falls between; what begins in between is told from the old by its birth.
 * What could not be done is in why, "" if nothing. NULL without memory. To be freed by
 * existing_free().
 */
struct existing *existing_new(const struct sock_diag *diag, uint32_t most, char *why, size_t size);
void existing_free(struct existing *existing);

/*
 * To be called for every record of a session that ended: completes one whose beginning was not
 * seen (unborn) by its owner and direction, and forgets it.
 */
void existing_complete(struct existing *existing, struct record *record);

/* What is known of an open session with these ends that has not ended since; NULL: it is not old.
 */
const struct record *existing_find(const struct existing *existing, const struct record *ends);

/* The rest is for tests, which have no kernel to ask. since_ns: when the kernel was asked. */
struct existing *existing_empty(uint32_t most, uint64_t since_ns);
int existing_add(struct existing *existing, const struct record *record, uint64_t inode);
/* A session to a port that a socket of ours listens on came in. */
void existing_direct(struct existing *existing);

#endif
