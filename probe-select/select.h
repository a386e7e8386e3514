/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which hook to try, in which order, and why not the others. Pure: the same facts and wishes give
 * the same plan, so that machines that we do not have can be tested as a table.
 */
#ifndef TCPLIFE_SELECT_H
#define TCPLIFE_SELECT_H

#include <stdbool.h>

#include "facts.h"
#include "hook.h"

/* Where the user wants the layout from. */
enum btf_wish {
	BTF_AUTO, /* the kernel's BTF, else discovery */
	BTF_NONE, /* as if the kernel had none */
	BTF_FILE,
};

/* How records leave the kernel, and with that for which kernels the programs are made. */
enum transport_wish {
	TRANSPORT_AUTO, /* the ring buffer, else the perf buffer */
	TRANSPORT_RING,
	TRANSPORT_PERF, /* as if the kernel were older than 5.8 */
	TRANSPORTS,
};

/* How it is learned who accepts. */
enum accept_wish {
	ACCEPT_AUTO, /* by a hook on accept(2), else when the socket is closed */
	ACCEPT_ON_CLOSE,
	ACCEPT_WISHES,
};

/* What the command line asks for. */
struct wishes {
	const char *probe; /* a hook_word(); NULL: any hook will do */
	enum btf_wish btf;
	enum transport_wish transport;
	enum accept_wish accept;
};

/* How the process that accepts a session is learned. */
enum accept_hook {
	ACCEPT_NONE, /* not at all: a session that came in has the owner that closes it */
	ACCEPT_FEXIT,
	ACCEPT_KRETPROBE,
	ACCEPT_DESTROY, /* by who closes the socket when the session has ended (bpf/held.bpf.h) */
};

struct candidate {
	const struct hook_ops *hook;
	bool usable;	 /* worth a try */
	bool asked;	 /* the user's wish allows it */
	bool ring;	 /* ring buffer; else perf buffer */
	bool kernel_btf; /* layout by the kernel's BTF; else by file or discovery */
	enum accept_hook accept;
	char reason[320]; /* why it is chosen, or why not */
};

struct plan {
	struct candidate candidates[HOOK_COUNT]; /* best first */
	char refusal[320]; /* not empty: nothing can work here, and why, and what to do */
};

void select_plan(struct plan *plan, const struct facts *facts, const struct wishes *wishes);

/* The next usable candidate; NULL behind the last. Begins with NULL for `previous`. */
struct candidate *plan_next(struct plan *plan, const struct candidate *previous);

/* For hook_ops.usable: sets the candidate's reason. Returns `usable`. */
__attribute__((format(printf, 3, 4))) bool candidate_judge(struct candidate *candidate, bool usable,
							   const char *format, ...);
/* Where its layout is to come from: "kernel BTF". */
const char *candidate_layout(const struct candidate *candidate, const struct wishes *wishes);

/* "fexit", "kretprobe", "none". */
const char *accept_name(enum accept_hook accept);

#endif
