/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One row of the table of options, and the state of a parse. */
#ifndef TCPLIFE_OPTION_H
#define TCPLIFE_OPTION_H

#include "options.h"

struct parse;

/* Stores an option; its argument is p->value. Returns false with the error in p->blame. */
typedef bool take_fn(struct parse *p);

struct option {
	const char *name; /* with its dashes; NULL: a heading, which is in help */
	char letter;	  /* or 0 */
	const char *argument;
	const char *help; /* one line or more */
	take_fn *take;	  /* NULL: ends the parse, with status `value` */
	size_t field;	  /* where in struct options */
	int value;	  /* what take_value() stores there, or take_word() for the first word */
	words_fn *words;  /* those that its argument may be, or be made of; NULL: others */
	const char *noun; /* what the argument should be: "a number of sessions" */
	uint64_t least;	  /* the bounds of take_number() */
	uint64_t most;
	uint8_t bytes; /* of the field that take_number() stores: 4 or 8 */
	/* What take_filter() calls. */
	bool (*filter)(struct filter *f, const char *word, struct blame *blame);
};

/* The table, in the order of --help. */
extern const struct option option_table[];
extern const size_t option_count;

struct parse {
	struct options *options;
	char *const *word;	     /* of argv, the one at hand */
	const struct option *option; /* likewise; NULL: not known yet */
	bool by_letter;		     /* it was given as -L, not as --localport */
	char letter[3];		     /* then, "-L" */
	const char *value;	     /* its argument, if it takes one */
	struct blame blame;
};

/* Blames the value at hand. Returns false, for the caller to return. */
bool parse_blame(struct parse *p, const char *reason);

/* How values are stored. */
take_fn take_flag;    /* a bool */
take_fn take_value;   /* an enum; excludes the other options with the same field */
take_fn take_number;  /* a number between bounds */
take_fn take_seconds; /* nanoseconds, from seconds with a fraction */
take_fn take_word;    /* an enum, from one of the words */
take_fn take_pids, take_ports, take_keys, take_filter; /* lists */
take_fn take_btf;
take_fn take_file; /* the name of a file */

#endif
