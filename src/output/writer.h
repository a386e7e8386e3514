/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Prints sessions: a table, CSV or JSON Lines. What is added is buffered until it is flushed. */
#ifndef TCPLIFE_WRITER_H
#define TCPLIFE_WRITER_H

#include "request.h"
#include "outlet.h"
#include "session/session.h"
#include "base/text.h"

enum writer_status {
	WRITER_OK,
	WRITER_CLOSED, /* the reader has gone (EPIPE): end quietly */
	WRITER_FAILED, /* errno is in writer_error() */
	WRITER_STUCK,  /* it takes no more, and the wait for it was given up */
};

/*
 * Called when the outlet takes nothing more: returns true when it takes some or has failed, and
 * false when the wait is given up, and what is left will not be written.
 */
typedef bool writer_wait(void *arg);

#define WRITER_ROW 8192 /* more than any header or row has, in bytes */

struct writer;

/*
 * A writer of the format that is asked for; the request is only read now. The outlet is
 * freed with it. The caller must ignore SIGPIPE. Returns NULL if there is no memory, or no outlet;
 * the outlet is freed then, too. To be freed by writer_free(), which does not flush.
 */
struct writer *writer_new(const struct output_request *request, struct outlet *outlet);
void writer_free(struct writer *w);
/* Without this, a write waits until all is written, whatever happens. */
void writer_set_wait(struct writer *w, writer_wait *wait, void *arg);

/* Once a call has not returned WRITER_OK, all later ones return the same and write nothing. */

/* Writes the header at once, if the format has one and it belongs at the top of the outlet. */
enum writer_status writer_start(struct writer *w);
/* Adds a session to the batch; writes only if the buffer is full. */
enum writer_status writer_add(struct writer *w, const struct session *s);
/*
 * Where the caller may put up to WRITER_ROW bytes of its own, which are of the batch from then on;
 * until the next call.
 */
struct text *writer_room(struct writer *w);
/* Writes the batch; a header in front if a new or truncated file has none. */
enum writer_status writer_flush(struct writer *w);

/* Opens the outlet's file anew, between two batches; as outlet_reopen(). */
int writer_reopen(struct writer *w);
const struct outlet *writer_outlet(const struct writer *w);

/* How the last write went. */
enum writer_status writer_status(const struct writer *w);
/* The reader has gone, as something else has told: nothing more is written. */
void writer_close(struct writer *w);
/* True if its format is JSON, where objects of other types may stand among the sessions. */
bool writer_has_objects(const struct writer *w);
/* The errno that made it fail; 0 if it has not. */
int writer_error(const struct writer *w);
/* Sessions that were added and not written, or not to their end; those of a batch not counted that
 * is still to be flushed. */
uint64_t writer_lost(const struct writer *w);

#endif
