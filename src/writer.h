/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Prints sessions: a table, CSV or JSON Lines. What is added is buffered until it is flushed. */
#ifndef TCPLIFE_WRITER_H
#define TCPLIFE_WRITER_H

#include "options.h"
#include "session.h"

enum writer_status {
	WRITER_OK,
	WRITER_CLOSED, /* the reader has gone (EPIPE): end quietly */
	WRITER_FAILED, /* errno is in writer_error() */
};

struct writer;

/*
 * A writer of the format that the options ask for; the options are only read now. fd is borrowed,
 * and may be non-blocking. The caller must ignore SIGPIPE. NULL: no memory. To be freed by
 * writer_free(), which does not flush.
 */
struct writer *writer_new(const struct options *o, int fd);
void writer_free(struct writer *w);

/*
 * Once a call has not returned WRITER_OK, all later ones return the same and write nothing.
 * A call that writes waits until everything is written: signals do not end the wait.
 */

/* Writes the header, if the format has one, at once. */
enum writer_status writer_start(struct writer *w);
/* Adds a session to the batch; writes only if the buffer is full. */
enum writer_status writer_add(struct writer *w, const struct session *s);
/* Writes the batch. */
enum writer_status writer_flush(struct writer *w);

/* The errno that made it fail; 0 if it has not. */
int writer_error(const struct writer *w);

#endif
