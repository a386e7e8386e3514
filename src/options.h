/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The command line. Pure: reads argv, fills a struct, touches nothing else. */
#ifndef TCPLIFE_OPTIONS_H
#define TCPLIFE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ports.h"

#define OPTIONS_PIDS	     1024   /* how many pids -p takes, all in all */
#define OPTIONS_MAX_SESSIONS 262144 /* what --max-sessions is unless given; --help says it */
#define OPTIONS_ERROR_SIZE   384    /* enough for any error text */

enum options_status {
	OPTIONS_RUN,
	OPTIONS_HELP,	 /* print options_usage(), exit 0 */
	OPTIONS_VERSION, /* print the version, exit 0 */
	OPTIONS_ERROR,	 /* print the error text, exit 2 */
};

enum options_format {
	FORMAT_TABLE,
	FORMAT_CSV,
	FORMAT_JSON,
};

enum options_probe {
	WANT_AUTO,
	WANT_TRACEPOINT, /* typed, else classic */
	WANT_TYPED,
	WANT_CLASSIC,
	WANT_KPROBE,
};

struct options {
	/* What is printed. */
	enum options_format format;
	bool time;	/* column TIME */
	bool timestamp; /* column TIME(s) */
	bool wide;	/* only matters to FORMAT_TABLE */
	bool extended;

	/* Which sessions. */
	int family;		   /* 4 or 6: only that; 0: both */
	uint32_t pids[OPTIONS_PIDS]; /* each once, 1 to 4194304 */
	size_t pid_count;	   /* 0: any pid */
	struct ports local_ports;  /* empty: any port */
	struct ports remote_ports; /* likewise */
	bool open;		   /* at exit, list those still open, too */
	bool existing;		   /* also those older than the tracer */

	/* When to end. */
	uint64_t duration_ns; /* 0: no limit */
	uint64_t count;	      /* sessions; 0: no limit */

	/* How it traces. */
	enum options_probe probe;
	bool btf_none;	      /* do not use the kernel's BTF */
	const char *btf_file; /* use this BTF, borrowed from argv; NULL: none given */
	uint32_t max_sessions;
	bool check;
	bool verbose;
};

/*
 * Reads the command line; argv[0] is skipped. On OPTIONS_ERROR, error holds one line that names
 * the bad word, without the program's name in front and without a newline; it is safe to show on
 * a terminal. argv must outlive *o. Nothing is allocated.
 */
enum options_status options_parse(struct options *o, int argc, char *const argv[], char *error,
				  size_t error_size);

/* The text of --help. */
void options_usage(FILE *out);

#endif
