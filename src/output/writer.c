/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "writer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "columns.h"
#include "base/terminal.h"
#include "base/text.h"
#include "writer_format.h"

struct writer {
	const struct writer_format *format;
	struct columns columns;
	struct text text; /* in buffer */
	bool header;
	int fd;
	bool patient; /* fd is no file: it may take its time */
	writer_wait *wait;
	void *wait_arg;
	uint64_t rows; /* sessions in the batch */
	uint64_t lost;
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

static bool is_file(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

static bool wait_forever(void *arg)
{
	const struct writer *w = arg;
	struct pollfd writable = { .fd = w->fd, .events = POLLOUT };

	/* Whatever ends the wait, the next write says what is the matter. */
	poll(&writable, 1, -1);
	return true;
}

struct writer *writer_new(const struct options *o, int fd)
{
	struct writer *w = malloc(sizeof(*w));

	if (!w)
		return NULL;
	w->format = choose_format(o->format);
	columns_choose(&w->columns, o);
	columns_fit(&w->columns, terminal_columns(fd));
	w->columns.color =
		o->color == COLOR_ALWAYS || (o->color == COLOR_AUTO && terminal_has_colors(fd));
	w->header = o->header == HEADER_YES;
	text_init(&w->text, w->buffer, sizeof(w->buffer));
	w->fd = fd;
	w->patient = !is_file(fd);
	writer_set_wait(w, wait_forever, w);
	w->rows = w->lost = 0;
	w->error = 0;
	w->status = WRITER_OK;
	return w;
}

void writer_free(struct writer *w)
{
	free(w);
}

void writer_set_wait(struct writer *w, writer_wait *wait, void *arg)
{
	w->wait = wait;
	w->wait_arg = arg;
}

enum writer_status writer_start(struct writer *w)
{
	if (w->status == WRITER_OK && w->header && w->format->header)
		w->format->header(&w->text, &w->columns);
	return writer_flush(w);
}

struct text *writer_room(struct writer *w)
{
	if (text_room(&w->text) < WRITER_ROW)
		writer_flush(w);
	return &w->text;
}

enum writer_status writer_add(struct writer *w, const struct session *s)
{
	struct text *room = writer_room(w);

	if (w->status == WRITER_OK) {
		w->format->row(room, &w->columns, s);
		w->rows++;
	} else {
		w->lost++;
	}
	return w->status;
}

static void write_failed(struct writer *w)
{
	switch (errno) {
	case EINTR:
	case EAGAIN:
		return;
	case EPIPE:
		w->status = WRITER_CLOSED;
		return;
	default:
		w->status = WRITER_FAILED;
		w->error = errno;
	}
}

/* Writes some of it, as much as can be written without being held up. Returns how much. */
static size_t write_some(struct writer *w, const char *from, size_t size)
{
	ssize_t written;

	if (w->patient && !w->wait(w->wait_arg)) {
		w->status = WRITER_STUCK;
		return 0;
	}
	/* So much a pipe that is writable takes at once, and a larger piece would block. */
	if (w->patient && size > PIPE_BUF)
		size = PIPE_BUF;
	written = write(w->fd, from, size);
	if (written < 0)
		write_failed(w);
	return written < 0 ? 0 : (size_t)written;
}

/* Each session is one line, the last ones of the batch. */
static uint64_t count_unwritten(const struct writer *w, const char *from)
{
	uint64_t lines = 0;

	for (; from < w->text.at; from++)
		lines += *from == '\n';
	return lines < w->rows ? lines : w->rows;
}

enum writer_status writer_flush(struct writer *w)
{
	const char *from = w->text.begin;

	while (w->status == WRITER_OK && from < w->text.at)
		from += write_some(w, from, (size_t)(w->text.at - from));
	w->lost += count_unwritten(w, from);
	w->rows = 0;
	text_init(&w->text, w->buffer, sizeof(w->buffer));
	return w->status;
}

int writer_error(const struct writer *w)
{
	return w->error;
}

uint64_t writer_lost(const struct writer *w)
{
	return w->lost;
}
