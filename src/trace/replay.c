// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "replay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"
#include "session/parsed.h"

#define LINE_LONGEST (256 * 1024) /* bytes; a longer line is none of ours */

struct replay {
	struct replay_request request;
	int fd;
	bool own;   /* close fd at the end */
	bool begun; /* something was read */
	bool ended;
	bool overlong;	      /* in the middle of a line that did not fit */
	const char *unpacker; /* the program for what was read first; NULL: it is not packed */
	uint64_t lines;	      /* not empty */
	uint64_t ours;
	uint64_t count;	       /* sessions that ended and were handed out */
	struct losses losses;  /* of the runs whose counts are final */
	struct losses pending; /* of one that may go on */
	bool is_pending;
	struct parsed parsed;
	size_t used;
	char buffer[LINE_LONGEST + 1]; /* the last byte only ends a line that fills the rest */
};

/* Returns 0 or -errno. */
static int open_file(struct replay *replay)
{
	struct stat stat;

	replay->fd = STDIN_FILENO;
	replay->own = strcmp(replay->request.name, "-") != 0;
	/* Else opening a FIFO would wait for its writer, and not for Ctrl-C. */
	if (replay->own)
		replay->fd =
			open(replay->request.name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (replay->fd < 0 || fstat(replay->fd, &stat))
		return -errno;
	/* It was closed at the start: main() put a placeholder there. */
	if (!replay->own && (fcntl(replay->fd, F_GETFL) & O_PATH))
		return -EBADF;
	return S_ISDIR(stat.st_mode) ? -EISDIR : 0;
}

static const char *name_of(const struct replay *replay)
{
	return replay->own ? replay->request.name : "standard input";
}

struct replay *replay_new(const struct replay_request *request, char *why, size_t size)
{
	struct replay *replay = malloc(sizeof(*replay));
	int error = -ENOMEM;

	if (replay) {
		memset(replay, 0, offsetof(struct replay, parsed));
		replay->used = 0;
		replay->request = *request;
		replay->losses = (struct losses){ -1, -1, -1, -1, -1, true };
		error = open_file(replay);
		if (!error)
			return replay;
	}
	snprintf(why, size, "cannot read %s: %s",
		 strcmp(request->name, "-") == 0 ? "standard input" : request->name,
		 strerror(-error));
	replay_free(replay);
	return NULL;
}

void replay_free(struct replay *replay)
{
	if (!replay)
		return;
	if (replay->own && replay->fd >= 0)
		close(replay->fd);
	free(replay);
}

int replay_fd(const struct replay *replay)
{
	return replay->fd;
}

static bool is_full(const struct replay *replay)
{
	return replay->request.most && replay->count >= replay->request.most;
}

bool replay_is_over(const struct replay *replay)
{
	return replay->ended || is_full(replay);
}

static bool is_wanted(const struct replay_request *request, const struct session *session)
{
	return session->interim ? request->interim
				: session->ending != ENDING_OPEN || request->open;
}

static void hand_out(struct replay *replay, struct session *session)
{
	if (!is_wanted(&replay->request, session) ||
	    !scope_has_session(replay->request.scope, session) ||
	    !filter_accepts(replay->request.filter, session))
		return;
	session->extras |= replay->request.extras;
	replay->count += session->ending != ENDING_OPEN;
	replay->request.fn(replay->request.arg, session);
}

/*
 * A run may tell its losses several times. The last count is what counts, and it is marked as final
 * unless the run was killed; the next run's begin again with lower ones.
 */
static void take_losses(struct replay *replay, const struct losses *losses)
{
	if (replay->is_pending && !losses_continue(&replay->pending, losses))
		losses_add(&replay->losses, &replay->pending);
	replay->is_pending = !losses->final;
	if (losses->final)
		losses_add(&replay->losses, losses);
	else
		replay->pending = *losses;
}

static bool is_blank(const char *line, size_t length)
{
	return strspn(line, " \t\r") == length;
}

/* The line has a newline or a NUL after it. */
static void take_line(struct replay *replay, const char *line, size_t length)
{
	struct losses losses;

	if (is_blank(line, length))
		return;
	replay->lines++;
	if (parsed_read(&replay->parsed, line, length))
		hand_out(replay, &replay->parsed.session);
	else if (losses_parse(&losses, line, length))
		take_losses(replay, &losses);
	else
		return;
	replay->ours++;
}

/* Takes the lines that are complete, and moves the rest to the beginning. */
static void take_lines(struct replay *replay)
{
	const char *line = replay->buffer, *const end = line + replay->used, *newline;

	while (!is_full(replay) && (newline = memchr(line, '\n', (size_t)(end - line)))) {
		if (replay->overlong)
			replay->lines++;
		else
			take_line(replay, line, (size_t)(newline - line));
		replay->overlong = false;
		line = newline + 1;
	}
	replay->used = (size_t)(end - line);
	if (replay->used == LINE_LONGEST || replay->overlong) {
		replay->overlong = true;
		replay->used = 0;
	}
	memmove(replay->buffer, line, replay->used);
}

/* The last line may lack its newline. */
static void take_rest(struct replay *replay)
{
	replay->ended = true;
	replay->buffer[replay->used++] = '\n';
	take_lines(replay);
}

/* Returns the program that unpacks what begins like this; NULL if it is not packed. */
static const char *unpacker(const char *bytes, size_t size)
{
	static const struct {
		const char *magic, *program;
	} kinds[] = {
		{ "\x1f\x8b", "zcat" },		  { "\x28\xb5\x2f\xfd", "zstdcat" },
		{ "\xfd\x37zXZ", "xzcat" },	  { "BZh", "bzcat" },
		{ "\x04\x22\x4d\x18", "lz4cat" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const size_t length = strlen(kinds[i].magic);

		if (size >= length && !memcmp(bytes, kinds[i].magic, length))
			return kinds[i].program;
	}
	return NULL;
}

int replay_drain(struct replay *replay)
{
	char *const to = replay->buffer + replay->used;
	const ssize_t size = read(replay->fd, to, LINE_LONGEST - replay->used);

	if (size < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (!replay->begun && size > 0)
		replay->unpacker = unpacker(to, (size_t)size);
	replay->begun = replay->begun || size > 0;
	replay->used += (size_t)size;
	if (!size)
		take_rest(replay);
	else
		take_lines(replay);
	return 0;
}

struct losses replay_losses(const struct replay *replay)
{
	struct losses losses = replay->losses;

	if (replay->is_pending)
		losses_add(&losses, &replay->pending);
	return losses;
}

bool replay_end(const struct replay *replay, char *why, size_t size)
{
	const uint64_t skipped = replay->lines - replay->ours;

	if (replay->unpacker && !replay->ours) {
		snprintf(why, size, "%s is compressed: %s %s | tcplife --read -", name_of(replay),
			 replay->unpacker, replay->own ? replay->request.name : "FILE");
		return false;
	}
	if (skipped && !replay->ours) {
		snprintf(why, size, "no line of %s is a record as --json prints it",
			 name_of(replay));
		return false;
	}
	if (skipped)
		message("skipped %" PRIu64 " of %" PRIu64 " lines, which are no records", skipped,
			replay->lines);
	return true;
}
