/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "writer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "columns.h"
#include "base/message.h"
#include "base/terminal.h"
#include "base/text.h"
#include "writer_format.h"

struct writer {
	const struct writer_format *format;
	struct columns columns;
	size_t terminal;  /* columns that the table has to fit; 0: any */
	struct text text; /* the batch, in `buffer` */
	bool header;
	struct outlet *outlet;
	writer_wait *wait;
	void *wait_arg;
	uint64_t rows; /* sessions in the batch */
	uint64_t lost;
	int error;
	enum writer_status status;
	char buffer[64 * 1024];
};

static const struct writer_format *choose_format(enum output_format format)
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

static bool wait_forever(void *arg)
{
	const struct writer *w = arg;
	struct pollfd writable = { .fd = outlet_fd(w->outlet), .events = POLLOUT };

	/* Whatever ends the wait, the next write returns the error if there is one. */
	poll(&writable, 1, -1);
	return true;
}

struct writer *writer_new(const struct output_request *request, struct outlet *outlet)
{
	struct writer *w = outlet ? malloc(sizeof(*w)) : NULL;
	const int fd = outlet ? outlet_fd(outlet) : -1;

	if (!w) {
		outlet_free(outlet);
		return NULL;
	}
	w->format = choose_format(request->format);
	columns_choose(&w->columns, request);
	w->terminal = request->format == FORMAT_TABLE && !request->wide ? terminal_columns(fd) : 0;
	if (w->terminal)
		columns_fit(&w->columns, w->terminal);
	w->columns.color = request->color == COLOR_ALWAYS ||
			   (request->color == COLOR_AUTO && terminal_has_colors(fd));
	w->header = request->header == HEADER_YES;
	text_init(&w->text, w->buffer, sizeof(w->buffer));
	w->outlet = outlet;
	writer_set_wait(w, wait_forever, w);
	w->rows = w->lost = 0;
	w->error = 0;
	w->status = WRITER_OK;
	return w;
}

void writer_free(struct writer *w)
{
	if (w)
		outlet_free(w->outlet);
	free(w);
}

void writer_set_wait(struct writer *w, writer_wait *wait, void *arg)
{
	w->wait = wait;
	w->wait_arg = arg;
}

static void write_failed(struct writer *w)
{
	switch (errno) {
	case EINTR:
		return;
	case EAGAIN:
		if (!w->wait(w->wait_arg))
			w->status = WRITER_STUCK;
		return;
	case EPIPE:
		w->status = WRITER_CLOSED;
		return;
	default:
		w->status = WRITER_FAILED;
		w->error = errno;
	}
}

/* Writes the text. Returns where it stopped. */
static const char *write_text(struct writer *w, const struct text *text)
{
	const char *from = text->begin;

	while (w->status == WRITER_OK && from < text->at) {
		const ssize_t written = outlet_write(w->outlet, from, (size_t)(text->at - from));

		if (written < 0)
			write_failed(w);
		else
			from += written;
	}
	return from;
}

/* The header precedes the batch, so it takes its own buffer. */
static void write_header(struct writer *w)
{
	char line[WRITER_ROW];
	struct text text;

	if (w->status != WRITER_OK || !w->header || !w->format->header ||
	    !outlet_is_fresh(w->outlet))
		return;
	text_init(&text, line, sizeof(line));
	w->format->header(&text, &w->columns);
	write_text(w, &text);
}

/* Each session is one line, and sessions are the last lines of the batch. */
static uint64_t count_unwritten(const struct writer *w, const char *from)
{
	uint64_t lines = 0;

	for (; from < w->text.at; from++)
		lines += *from == '\n';
	return lines < w->rows ? lines : w->rows;
}

static void tell_left_out(const struct writer *w)
{
	const struct columns *c = &w->columns;
	char names[128];
	struct text t;

	if (!c->left_out_count)
		return;
	text_init(&t, names, sizeof(names) - 1);
	for (size_t i = c->left_out_count; i; i--) {
		text_put_string(&t, c->left_out[i - 1]->column.title);
		text_put_string(&t, i > 1 ? ", " : "");
	}
	*t.at = '\0';
	message("no room for %s in %zu columns: -w prints all, however narrow the terminal", names,
		w->terminal);
}

enum writer_status writer_start(struct writer *w)
{
	tell_left_out(w);
	write_header(w);
	return w->status;
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

enum writer_status writer_flush(struct writer *w)
{
	if (w->rows)
		write_header(w);
	w->lost += count_unwritten(w, write_text(w, &w->text));
	w->rows = 0;
	text_init(&w->text, w->buffer, sizeof(w->buffer));
	return w->status;
}

int writer_reopen(struct writer *w)
{
	return outlet_reopen(w->outlet);
}

const struct outlet *writer_outlet(const struct writer *w)
{
	return w->outlet;
}

enum writer_status writer_status(const struct writer *w)
{
	return w->status;
}

void writer_close(struct writer *w)
{
	if (w->status == WRITER_OK)
		w->status = WRITER_CLOSED;
}

bool writer_has_objects(const struct writer *w)
{
	return w->format == &writer_json;
}

int writer_error(const struct writer *w)
{
	return w->error;
}

uint64_t writer_lost(const struct writer *w)
{
	return w->lost;
}
