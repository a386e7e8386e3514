/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A session, ended or not, read back from the JSON that --json prints. */
#ifndef TCPLIFE_PARSED_H
#define TCPLIFE_PARSED_H

#include <stdbool.h>
#include <stddef.h>

#include "session.h"

#define PARSED_NAMES 4096 /* bytes for the session's paths; what is longer is no record of ours */

struct parsed {
	struct session session; /* borrows its paths from `names` */
	char names[PARSED_NAMES];
};

/*
 * Reads a line, without its newline. Returns false if it is no session: malformed, of another type,
 * without addresses, ports or duration, or with a value that its field cannot have. Keys may come
 * in any order; one that is missing is unknown, and one that no field has is ignored.
 *
 * If the record does not tell when the session ended, ended_ns follows from `started`; it is 0 if
 * that is unknown, too. The byte after the line must be readable, and a newline or a NUL.
 */
bool parsed_read(struct parsed *p, const char *line, size_t length);

#endif
