/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The hooks that tell of a TCP socket's state changes. Each is described once, in a file of its
 * own, hook_NAME.c; whatever depends on the hook walks these rows. A new hook is its BPF program,
 * its file and a row here.
 */
#ifndef TCPLIFE_HOOK_H
#define TCPLIFE_HOOK_H

#include <stdbool.h>

struct attachment;
struct bpf_program;
struct candidate;
struct facts;
struct object;
struct sources;
struct wishes;

struct hook_ops {
	const char *name;   /* for people: "tracepoint (raw)" */
	const char *word;   /* of --probe, for this hook alone: "raw" */
	const char *family; /* of --probe, for this and its neighbours; NULL: none */
	const char *since;  /* the kernel that it came with */

	/*
	 * Whether this kernel has what the hook needs. The candidate says by which buffer and whose
	 * layout it would work; its reason is set, either way, by candidate_judge().
	 */
	bool (*usable)(struct candidate *candidate, const struct facts *facts,
		       const struct wishes *wishes);

	/* The objects with its programs, for kernels with and without the ring buffer; and the one
	 * that discovers the layout. NULL: there is none. */
	const struct object *ring, *perf, *calibrate;
	/* The programs in them, by name. */
	const char *change;  /* told of each state change */
	const char *second;  /* takes changes that `change` was not told of; NULL: there is none */
	const char *destroy; /* told of each socket that is destroyed; NULL: there is none */

	const char *point; /* what `change` and `second` are attached to */
	/* Attaches a program; as attachment.h says. */
	struct attachment *(*attach)(const struct bpf_program *program, const char *point,
				     const struct facts *facts, const struct sources *sources);

	bool typed;	   /* its programs need the kernel's BTF, and load by typed pointers */
	bool finds_port;   /* when a session ends, skc_num still has its local port */
	bool misses_quiet; /* the kernel may pass its program over and not count that */
};

/* X(NAME), best first. */
#define HOOK_ROWS(X) X(typed) X(raw) X(kprobe)

#define X(name)	     extern const struct hook_ops hook_##name;
HOOK_ROWS(X)
#undef X

/* Only to count them. */
enum {
#define X(name) HOOK_INDEX_##name,
	HOOK_ROWS(X)
#undef X
		HOOK_COUNT,
};

/* In the order of the rows. */
extern const struct hook_ops *const hooks[HOOK_COUNT];

/* A words_fn: what --probe may be; first "auto", for every hook. */
const char *hook_word(unsigned n);
/* True if a word of --probe allows the hook; NULL allows every one. */
bool hook_is_allowed(const struct hook_ops *hook, const char *word);

#endif
