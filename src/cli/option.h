/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A row of the table of options, and the state of a parse. */
#ifndef TCPLIFE_OPTION_H
#define TCPLIFE_OPTION_H

#include "options.h"

struct parse;

/*
 * Stores an option whose argument is p->value. If that is bad, returns false with p->blame filled
 * in.
 */
typedef bool take_fn(struct parse *p);

struct option {
	const char *name;     /* with its dashes; NULL: a heading, whose text is `help` */
	char letter;	      /* 0: none */
	const char *argument; /* "[...]": may be left out */
	const char *help;     /* one line or more */
	take_fn *take;	      /* NULL: ends the parse with status `value` */
	size_t field;	      /* offset in struct options */
	int value; /* what take_value() and take_extra() store; take_word(): for the first word */
	words_fn *words;  /* what the argument may be or contain; may be NULL */
	const char *noun; /* describes the argument: "a number of sessions" */
	uint64_t least;	  /* bounds for take_number() */
	uint64_t most;
	uint8_t bytes; /* size of take_number()'s field: 4 or 8 */
	bool kernel;   /* it means nothing without the kernel, so it excludes --read */
	/* For take_filter(). */
	bool (*filter)(struct filter *f, const char *word, struct blame *blame);
};

/* All options, in the order of --help. */
extern const struct option option_table[];
extern const size_t option_count;

struct parse {
	struct options *options;
	char *const *word;	     /* the current word of argv */
	const struct option *option; /* the current option; NULL: not known yet */
	bool by_letter;		     /* given as -L, not as --localport */
	char letter[3];		     /* "-L" if by_letter */
	const char *value;	     /* the option's argument; NULL: none */
	const struct option *kernel; /* the last one given that needs the kernel; NULL: none */
	struct blame blame;
};

/* Blames the current value. Always returns false, for the caller to return. */
bool parse_blame(struct parse *p, const char *reason);

/* The functions that store values. */
take_fn take_flag;		 /* a bool */
take_fn take_extra;		 /* one bit of a mask: a field on request */
take_fn take_value;		 /* an enum; rivals: the options with the same field */
take_fn take_number;		 /* a number within bounds */
take_fn take_time;		 /* nanoseconds, from seconds or with a unit */
take_fn take_top, take_duration; /* likewise */
take_fn take_word;		 /* an enum, given by one of the words */
take_fn take_pids, take_ports, take_keys, take_measures, take_filter; /* lists */
take_fn take_btf;
take_fn take_file; /* a file name */
take_fn take_host; /* the name of a machine */

#endif
