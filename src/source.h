/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where sessions come from. Each kind of source is one file that fills in struct source_ops; its
 * user knows nothing else about it. A source gives each session to the function that it was made
 * with. Times are nanoseconds by clock_now_ns().
 */
#ifndef TCPLIFE_SOURCE_H
#define TCPLIFE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/privilege.h"
#include "cli/options.h"
#include "session/session.h"
#include "trace/losses.h"

struct source {
	const struct source_ops *ops;
};

struct source_ops {
	/* When it began. */
	int64_t (*since_ns)(const struct source *source);
	/* Watches what tells that many sessions wait. Drain now and then as well. 0 or -errno. */
	int (*watch)(struct source *source, struct loop *loop);
	/* Adds what must still work once privileges are dropped. */
	void (*needs)(const struct source *source, struct privilege_needs *needs);
	/* Says on standard error what it does and what it cannot; NULL: nothing. */
	void (*tell)(const struct source *source);
	/* Does what can wait until the first output is written; NULL: nothing. */
	void (*settle)(struct source *source);
	/* Whether to drain it without waiting; NULL: no. */
	bool (*is_ready)(const struct source *source);
	/* Gives all sessions that wait. Returns 0 or -errno. */
	int (*drain)(struct source *source);
	/* Gives the sessions that are open now. */
	void (*look)(struct source *source);
	/* Whether no more sessions will come or are wanted. */
	bool (*is_over)(const struct source *source);
	/*
	 * Sets *losses, of `output` only what was lost elsewhere. Exact once stopped and drained.
	 * Returns 0 or -errno.
	 */
	int (*losses)(const struct source *source, struct losses *losses);
	/* How many sessions are open and began since then; -1: unknown. NULL: always unknown. */
	int64_t (*count_open)(struct source *source);
	/* Stops it; call drain() once more. */
	void (*stop)(struct source *source);
	/*
	 * Gives the sessions that only the end brings. Returns false, with a line in why, if the
	 * run was in vain.
	 */
	bool (*end)(struct source *source, char *why, size_t size);
	void (*free)(struct source *source);
};

/* Called for each session, which is valid only during the call. */
typedef void source_fn(void *arg, const struct session *session);

/*
 * The kinds of sources. Each function starts one, whose sessions go to fn(arg, ...); the options
 * are borrowed. On failure, returns NULL with a line in why. Free it with ops->free().
 */
typedef struct source *source_new_fn(const struct options *options, source_fn *fn, void *arg,
				     char *why, size_t size);

source_new_fn source_kernel_new;  /* this kernel's */
source_new_fn source_replay_new;  /* --read */
source_new_fn source_sockets_new; /* --list */

#endif
