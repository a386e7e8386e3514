/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "writer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "columns.h"
#include "text.h"
#include "writer_format.h"

struct writer {
	const struct writer_format *format;
	struct columns columns;
	struct text text; /* in buffer */
	int fd;
	int error;
	enum writer_status status;
	char buffer[64 * 1024];
};

static const struct writer_format *choose_format(enum options_format format)
{
	switch (format) {
	case FORMAT_CSV:
		return &writer_csv;
	case FORMAT_JSON:
		return &writer_json;
	case FORMAT_TABLE:
		break;
	}
	return &writer_table;
}

struct writer *writer_new(const struct options *o, int fd)
{
	struct writer *w = malloc(sizeof(*w));

	if (!w)
		return NULL;
	w->format = choose_format(o->format);
	columns_choose(&w->columns, o);
	text_init(&w->text, w->buffer, sizeof(w->buffer));
	w->fd = fd;
	w->error = 0;
	w->status = WRITER_OK;
	return w;
}

void writer_free(struct writer *w)
{
	free(w);
}

enum writer_status writer_start(struct writer *w)
{
	if (w->status == WRITER_OK && w->format->header)
		w->format->header(&w->text, &w->columns);
	return writer_flush(w);
}

enum writer_status writer_add(struct writer *w, const struct session *s)
{
	if (text_room(&w->text) < ROW_MAX)
		writer_flush(w);
	if (w->status == WRITER_OK)
		w->format->row(&w->text, &w->columns, s);
	return w->status;
}

/* After a write that failed: whether to try again, when it can work. */
static bool wait_to_retry(struct writer *w)
{
	struct pollfd writable = {.fd = w->fd, .events = POLLOUT};

	switch (errno) {
	case EINTR:
		return true;
	case EAGAIN:
		/* Whatever ends the wait, the next write says what is the matter. */
		poll(&writable, 1, -1);
		return true;
	case EPIPE:
		w->status = WRITER_CLOSED;
		return false;
	default:
		w->status = WRITER_FAILED;
		w->error = errno;
		return false;
	}
}

enum writer_status writer_flush(struct writer *w)
{
	const char *from = w->text.begin;

	while (w->status == WRITER_OK && from < w->text.at) {
		const ssize_t written = write(w->fd, from, (size_t)(w->text.at - from));

		if (written >= 0)
			from += written;
		else if (!wait_to_retry(w))
			break;
	}
	text_init(&w->text, w->buffer, sizeof(w->buffer));
	return w->status;
}

int writer_error(const struct writer *w)
{
	return w->error;
}
