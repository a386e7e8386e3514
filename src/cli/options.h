/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The command line. Reads argv and, for names of users and ports, /etc/passwd and /etc/services,
 * and fills in a struct.
 */
#ifndef TCPLIFE_OPTIONS_H
#define TCPLIFE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "session/fields.h"
#include "session/filter.h"
#include "session/scope.h"
#include "probe-select/select.h"
#include "output/request.h"
#include "trace/request.h"
#include "base/words.h"

#define OPTIONS_ERROR_SIZE 512 /* bytes; enough for any error text */

enum options_status {
	OPTIONS_RUN,
	OPTIONS_HELP,	 /* print options_usage(), exit 0 */
	OPTIONS_VERSION, /* print the version, exit 0 */
	OPTIONS_ERROR,	 /* print the error text, exit 2 */
};

enum options_completion {
	COMPLETION_NONE,
	COMPLETION_BASH,
	COMPLETION_ZSH,
	COMPLETION_FISH,
};

struct options {
	struct output_request output; /* borrows from argv */

	/* Where sessions come from. */
	const char *read; /* a file, or "-"; NULL: the kernel; borrowed from argv */

	/* Which sessions to print. */
	struct scope scope;   /* decided by the kernel side if it can */
	struct filter filter; /* decided by user space */
	bool open;	      /* at exit, also list sessions still open */
	bool existing;	      /* also sessions that began before tracing */

	/* When to end. */
	uint64_t duration_ns; /* 0: no limit */
	uint64_t count;	      /* sessions; 0: no limit */

	/* How to trace. */
	unsigned probe; /* which hook_word() */
	enum btf_wish btf;
	enum transport_wish transport;
	enum accept_wish accept;
	const char *btf_file;  /* for BTF_FILE; borrowed from argv */
	uint32_t max_sessions; /* 0: derived from the machine's memory */
	uint32_t buffer_kb;    /* 0: likewise */
	bool check;
	bool self_test;
	enum options_completion completion; /* print a script and exit */
	bool verbose;
	bool version; /* options_parse() also returns OPTIONS_VERSION */
};

/* Describes an option for users other than the parser; all strings are static. */
struct options_description {
	const char *name;     /* "--localport" */
	char letter;	      /* or 0 */
	const char *argument; /* "LIST"; NULL: takes none */
	const char *help;     /* one line or more */
	words_fn *words;      /* what the argument may be; NULL: anything */
	bool list;	      /* the argument is a comma-separated list of the words */
	bool file;	      /* the argument may be a file name */
	bool users;	      /* the argument is a comma-separated list of users */
};

/*
 * Parses the command line, skipping argv[0]. For OPTIONS_ERROR, writes one line to `error` that
 * names the bad word, without the program's name and a newline; it is safe to show on a terminal.
 * Allocates nothing; *o borrows from argv.
 */
enum options_status options_parse(struct options *o, int argc, char *const argv[], char *error,
				  size_t error_size);

/* The request for the tracer. Borrows from *o. */
struct trace_request options_trace(const struct options *o);

/* Describes the nth option, in the order of --help. Returns false after the last. */
bool options_describe(unsigned n, struct options_description *d);

/* Prints the text of --help. */
void options_usage(FILE *out);

#endif
