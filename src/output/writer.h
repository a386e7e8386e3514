/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Prints sessions as a table, CSV or JSON Lines. Output is buffered until flushed. */
#ifndef TCPLIFE_WRITER_H
#define TCPLIFE_WRITER_H

#include "request.h"
#include "outlet.h"
#include "session/session.h"
#include "base/text.h"

enum writer_status {
	WRITER_OK,
	WRITER_CLOSED, /* the reader is gone (EPIPE): end quietly */
	WRITER_FAILED, /* writer_error() has the errno */
	WRITER_STUCK,  /* the outlet takes nothing, and waiting was given up */
};

/*
 * Called when the outlet takes nothing more. Returns true once it takes data or has failed, false
 * to give up; the rest of the output is then dropped.
 */
typedef bool writer_wait(void *arg);

#define WRITER_ROW 8192 /* bytes; no header or row is longer */

struct writer;

/*
 * Makes a writer of the requested format; the request is not kept. The writer owns the outlet. The
 * caller must ignore SIGPIPE. Returns NULL if out of memory or if outlet is NULL, and then frees
 * the outlet. Free it with writer_free(), which does not flush.
 */
struct writer *writer_new(const struct output_request *request, struct outlet *outlet);
void writer_free(struct writer *w);
/* Sets the wait function, called with arg. By default a write waits until everything is written. */
void writer_set_wait(struct writer *w, writer_wait *wait, void *arg);

/*
 * After a call has returned anything but WRITER_OK, all later calls return the same and write
 * nothing.
 */

/* Writes the header at once, if the format has one and it belongs at the top of the outlet. */
enum writer_status writer_start(struct writer *w);
/* Adds a session to the batch. Writes only if the buffer is full. */
enum writer_status writer_add(struct writer *w, const struct session *s);
/*
 * The text of the batch, with room for at least WRITER_ROW bytes from the caller. Borrowed; valid
 * until the next call.
 */
struct text *writer_room(struct writer *w);
/* Writes the batch, with a header first if the file is new or truncated and has none. */
enum writer_status writer_flush(struct writer *w);

/* Reopens the outlet's file between two batches. Returns as outlet_reopen() does. */
int writer_reopen(struct writer *w);
const struct outlet *writer_outlet(const struct writer *w);

/* The status of the last write. */
enum writer_status writer_status(const struct writer *w);
/* Tells the writer that the reader is gone: it writes nothing more. */
void writer_close(struct writer *w);
/* Whether the format is JSON, which allows objects of other types among the sessions. */
bool writer_has_objects(const struct writer *w);
/* The errno of a failed write; 0 if none failed. */
int writer_error(const struct writer *w);
/*
 * The number of sessions added but not, or not fully, written. Does not count a batch that is still
 * to be flushed.
 */
uint64_t writer_lost(const struct writer *w);

#endif
