// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "message.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "stream.h"
#include "terminal.h"

#define PATIENCE_MS 500
#define ERASE	    "\r\033[K" /* to the beginning of the line, and away with it */

static struct {
	FILE *file; /* NULL before message_start() */
	struct stream stream;
	struct stream terminal; /* stderr or stdout if a terminal, else fd is -1 */
	int signals;
	bool capable; /* standard error is a terminal that can erase a line */
	bool status;  /* its last line is to be removed */
	bool stuck;
	unsigned long dropped; /* lines dropped so far */
	char line[4096];
	size_t length;
} state = { .terminal.fd = -1 };

/* False if standard error is stuck or a signal arrived. */
static bool wait_writable(void)
{
	struct pollfd fds[] = {
		{ .fd = state.stream.fd, .events = POLLOUT },
		{ .fd = state.signals, .events = POLLIN },
	};

	return !state.stuck && poll(fds, 2, PATIENCE_MS) > 0 && !fds[1].revents;
}

/* True if everything was written or a write error means that it never can be. */
static bool write_all(const char *from, size_t size)
{
	while (size) {
		const ssize_t written = stream_write(&state.stream, from, size);

		if (written >= 0) {
			state.stuck = false;
			from += written;
			size -= (size_t)written;
		} else if (errno != EAGAIN && errno != EINTR) {
			return true;
		} else if (!wait_writable()) {
			state.stuck = true;
			return false;
		}
	}
	return true;
}

static void report_dropped(void)
{
	char line[80];
	const int length =
		snprintf(line, sizeof(line), "tcplife: %lu lines could not be written here\n",
			 state.dropped);

	if (write_all(line, (size_t)length))
		state.dropped = 0;
}

static void write_lines(const char *from, size_t size)
{
	message_status(NULL);
	if (state.dropped)
		report_dropped();
	if (!state.dropped && write_all(from, size))
		return;
	for (size_t i = 0; i < size; i++)
		state.dropped += from[i] == '\n';
}

/*
 * The write function of fopencookie(3), which passes a line in any number of pieces. It always
 * reports success: nothing better can be done with what standard error does not take.
 */
static ssize_t take(void *arg, const char *from, size_t size)
{
	(void)arg;
	for (size_t i = 0; i < size; i++) {
		state.line[state.length++] = from[i];
		if (from[i] == '\n' || state.length == sizeof(state.line)) {
			write_lines(state.line, state.length);
			state.length = 0;
		}
	}
	return (ssize_t)size;
}

void message_start(int signals)
{
	state.signals = signals;
	if (state.file)
		return;
	state.stream = stream_of(STDERR_FILENO);
	state.capable = terminal_is_capable(STDERR_FILENO);
	if (isatty(STDERR_FILENO))
		state.terminal = state.stream;
	else if (isatty(STDOUT_FILENO))
		state.terminal = stream_of(STDOUT_FILENO);
	state.file = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = take });
	if (state.file)
		setvbuf(state.file, NULL, _IONBF, 0);
}

FILE *message_stream(void)
{
	return state.file ? state.file : stderr;
}

void message(const char *format, ...)
{
	FILE *file = message_stream();
	va_list args;

	va_start(args, format);
	fputs("tcplife: ", file);
	vfprintf(file, format, args);
	fputc('\n', file);
	va_end(args);
}

void message_warning(const char *why)
{
	if (why && *why)
		message("warning: %s", why);
}

bool message_status(const char *line)
{
	char buffer[256];
	const int length = snprintf(buffer, sizeof(buffer), ERASE "%s", line ? line : "");

	if (!state.capable || (!line && !state.status))
		return state.capable;
	/* A terminal that is stopped does without. */
	if (length > 0 && (size_t)length < sizeof(buffer))
		state.status = stream_write(&state.stream, buffer, (size_t)length) > 0 && line;
	return true;
}

void message_break_line(void)
{
	if (state.status)
		message_status(NULL);
	else if (state.terminal.fd >= 0)
		(void)!stream_write(&state.terminal, "\n", 1);
}
