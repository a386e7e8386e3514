/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sessions from JSON Lines as --json prints them, in place of the kernel's. */
#ifndef TCPLIFE_REPLAY_H
#define TCPLIFE_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "losses.h"
#include "session/filter.h"
#include "session/scope.h"
#include "session/session.h"

struct replay;

/* The request; everything is borrowed. */
struct replay_request {
	const char *name; /* of a file; "-": standard input */
	const struct scope *scope;
	const struct filter *filter;
	bool open;	/* also sessions that were still open */
	bool interim;	/* and each interim record of them */
	uint8_t extras; /* what to tell: a mask of enum session_extra */
	uint64_t most;	/* ended sessions to hand out; 0: no limit */
	/* Called for each session, which is valid only during the call. */
	void (*fn)(void *arg, const struct session *session);
	void *arg;
};

/*
 * Opens the file. On failure, returns NULL and writes a line with the cause to why. Free it with
 * replay_free().
 */
struct replay *replay_new(const struct replay_request *request, char *why, size_t size);
void replay_free(struct replay *replay);

/* What it reads, for polling. */
int replay_fd(const struct replay *replay);
/*
 * Reads once, and hands out the sessions of the lines that are complete. Call it when the
 * descriptor is readable, or it may block. Returns 0 or -errno.
 */
int replay_drain(struct replay *replay);
/* Whether everything is read, or the requested number has been handed out. */
bool replay_is_over(const struct replay *replay);
/* The losses of all the runs whose records were read; `final` is true. */
struct losses replay_losses(const struct replay *replay);
/*
 * Says how many lines were skipped. Returns false, with a line in why, if there were lines and not
 * one of them was a record.
 */
bool replay_end(const struct replay *replay, char *why, size_t size);

#endif
