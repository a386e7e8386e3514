/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which hooks to try in which order, and why not the others. Pure: the same facts and wishes give
 * the same plan, so that other machines can be tested from a table.
 */
#ifndef TCPLIFE_SELECT_H
#define TCPLIFE_SELECT_H

#include <stdbool.h>

#include "facts.h"
#include "hook.h"
#include "reason.h"

/* Where the layout shall come from. */
enum btf_wish {
	BTF_AUTO, /* the kernel's BTF, else discovery */
	BTF_NONE, /* ignore the kernel's BTF */
	BTF_FILE,
};

/* How records leave the kernel; this also selects the kernels that the programs are built for. */
enum transport_wish {
	TRANSPORT_AUTO, /* the ring buffer, else the perf buffer */
	TRANSPORT_RING,
	TRANSPORT_PERF, /* as on kernels before 5.8 */
	TRANSPORTS,
};

/* How to learn who accepts. */
enum accept_wish {
	ACCEPT_AUTO, /* by a hook on accept(2), else on closing */
	ACCEPT_ON_CLOSE,
	ACCEPT_WISHES,
};

/* What the command line asks for. */
struct wishes {
	const char *probe; /* a hook_word(); NULL: any hook */
	enum btf_wish btf;
	enum transport_wish transport;
	enum accept_wish accept;
};

/* How the accepting process is learned. */
enum accept_hook {
	ACCEPT_NONE, /* not at all: inbound sessions belong to who closes them */
	ACCEPT_FEXIT,
	ACCEPT_KRETPROBE,
	ACCEPT_DESTROY, /* by who closes a socket whose session has ended (bpf/held.bpf.h) */
};

struct candidate {
	const struct hook_ops *hook;
	bool asked;	 /* allowed by the wishes */
	bool ring;	 /* ring buffer; else perf buffer */
	bool kernel_btf; /* layout from the kernel's BTF; else from a file or discovery */
	enum accept_hook accept;
	struct reason reason; /* why it is refused, or why it is worth a try */
};

struct plan {
	struct candidate candidates[HOOK_COUNT]; /* best first */
	struct reason refusal; /* why nothing can work here, and what to do; or WHY_NOTHING */
};

void select_plan(struct plan *plan, const struct facts *facts, const struct wishes *wishes);

/* Returns the next candidate worth a try, or NULL after the last. previous: NULL for the first. */
struct candidate *plan_next(struct plan *plan, const struct candidate *previous);

/* Where its layout comes from, such as "kernel BTF". */
const char *candidate_layout(const struct candidate *candidate, const struct wishes *wishes);

/* Returns "fexit", "kretprobe", "none" and so on. */
const char *accept_name(enum accept_hook accept);

#endif
