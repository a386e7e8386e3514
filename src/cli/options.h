/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The command line. Reads argv and, for --uid NAME, the user database; fills a struct. */
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

#define OPTIONS_ERROR_SIZE 512 /* enough for any error text */

enum options_status {
	OPTIONS_RUN,
	OPTIONS_HELP,	 /* print options_usage(), exit 0 */
	OPTIONS_VERSION, /* print the version, exit 0 */
	OPTIONS_ERROR,	 /* print the error text, exit 2 */
};

enum options_header {
	HEADER_YES,
	HEADER_NO,
	HEADERS,
};

enum options_completion {
	COMPLETION_NONE,
	COMPLETION_BASH,
	COMPLETION_ZSH,
};

struct options {
	/* What is printed. */
	enum output_format format;
	bool time;	/* column TIME */
	bool timestamp; /* column TIME(s) */
	bool wide;	/* only matters to FORMAT_TABLE */
	bool extended;
	enum options_header header;
	enum output_color color;
	const char *output; /* the file to append to; NULL: standard output; borrowed from argv */

	/* Which sessions. */
	struct scope scope;   /* what the kernel side can decide */
	struct filter filter; /* what is left is decided by this */
	bool open;	      /* at exit, list those still open, too */
	bool existing;	      /* also those older than the tracer */

	/* Statistics of them, instead. */
	bool stats;
	struct stats_by by;
	uint64_t interval_ns; /* 0: only at the end */

	/* When to end. */
	uint64_t duration_ns; /* 0: no limit */
	uint64_t count;	      /* sessions; 0: no limit */

	/* How it traces. */
	enum probe_wish probe;
	enum btf_wish btf;
	enum transport_wish transport;
	enum accept_wish accept;
	const char *btf_file;  /* with BTF_FILE; borrowed from argv */
	uint32_t max_sessions; /* 0: by the machine's memory */
	uint32_t buffer_kb;    /* likewise */
	bool check;
	enum options_completion completion; /* print that, and do nothing else */
	bool verbose;
	bool version; /* as OPTIONS_VERSION tells, too */
};

/* What is known of one option, for those who do not parse; all of it is static. */
struct options_description {
	const char *name;     /* "--localport" */
	char letter;	      /* 'L', or 0 */
	const char *argument; /* "LIST"; NULL: it takes none */
	const char *help;     /* one line or more */
	words_fn *words;      /* what the argument may be; NULL: anything */
	bool list;	      /* or several of them, with commas between */
	bool file;	      /* or the name of a file */
};

/*
 * Reads the command line; argv[0] is skipped. On OPTIONS_ERROR, error holds one line that names
 * the bad word, without the program's name in front and without a newline; it is safe to show on
 * a terminal. argv must outlive *o. Nothing is allocated.
 */
enum options_status options_parse(struct options *o, int argc, char *const argv[], char *error,
				  size_t error_size);

/* What the options say of tracing; it borrows from *o. */
struct trace_request options_trace(const struct options *o);

/* What the options say of the output. */
struct output_request options_output(const struct options *o);

/* The nth option, in the order of --help. False: there are no more. */
bool options_describe(unsigned n, struct options_description *d);

/* The text of --help. */
void options_usage(FILE *out);

#endif
