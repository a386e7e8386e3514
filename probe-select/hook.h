/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The hooks that report state changes of TCP sockets. Each is described in its own file,
 * hook_NAME.c; all code that depends on the hook goes through these rows. Adding a hook takes its
 * BPF program, its file and a row here.
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

#define HOOK_FURTHER 4

struct hook_ops {
	const char *name;   /* for users: "tracepoint (raw)" */
	const char *word;   /* in --probe, for this hook only: "raw" */
	const char *family; /* in --probe, for this and related hooks; NULL: none */
	const char *since;  /* the kernel that introduced it */

	/*
	 * Sets the candidate's reason: refuses it if this kernel lacks what the hook needs, and
	 * says in either case why.
	 */
	void (*judge)(struct candidate *candidate, const struct facts *facts,
		      const struct wishes *wishes);

	/*
	 * The BPF objects: for kernels with and without the ring buffer, and for discovery. NULL:
	 * none.
	 */
	const struct object *ring, *perf, *calibrate;
	/* The names of the programs in them. */
	const char *change; /* sees each state change */
	/* Each handles changes that those before it have missed; NULL: none. */
	const char *further[HOOK_FURTHER];
	const char *destroy; /* sees each socket that is destroyed; NULL: none */

	const char *point; /* what `change` and `further` are attached to */
	/* Attaches a program, with the contract of attachment.h. */
	struct attachment *(*attach)(const struct bpf_program *program, const char *point,
				     const struct facts *facts, const struct sources *sources);

	bool typed;	   /* its programs need the kernel's BTF, and use typed pointers */
	bool finds_port;   /* when a session ends, skc_num still holds its local port */
	bool misses_quiet; /* the kernel may skip its program without counting that */
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

/* A words_fn: the values of --probe. The first is "auto", for any hook. */
const char *hook_word(unsigned n);
/* Whether a value of --probe allows the hook; NULL allows all. */
bool hook_is_allowed(const struct hook_ops *hook, const char *word);

#endif
