// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"

#define BUFFER_SIZE (2 * REPLACEMENT_ROOM)

struct replacement {
	const char *base; /* the last component of the file's name */
	char beside[NAME_MAX + 1];
	int folder; /* opened with O_PATH */
	int fd;	    /* of the new file; -1: none */
	int error;  /* the first -errno since it began */
	struct text text;
	char buffer[BUFFER_SIZE];
};

/* Whether the file may be made; leaves none behind. Returns 0 or -errno. */
static int try(struct replacement *r)
{
	replacement_begin(r);
	if (r->fd < 0)
		return r->error;
	close(r->fd);
	r->fd = -1;
	return unlinkat(r->folder, r->beside, 0) ? -errno : 0;
}

struct replacement *replacement_open(const char *name, char *why, size_t size)
{
	struct replacement *r = malloc(sizeof(*r));
	int result = r ? 0 : -ENOMEM;

	if (r) {
		r->fd = -1;
		r->folder = folder_open(name, &r->base);
		if (r->folder < 0)
			result = -errno;
		else if (!*r->base)
			result = -EISDIR;
		else if (snprintf(r->beside, sizeof(r->beside), "%s.new", r->base) > NAME_MAX)
			result = -ENAMETOOLONG;
		else
			result = try(r);
	}
	if (!result)
		return r;
	snprintf(why, size,
		 "cannot write %s: %s: choose a file in a directory that you may write to", name,
		 strerror(-result));
	replacement_free(r);
	return NULL;
}

void replacement_free(struct replacement *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	if (r->folder >= 0)
		close(r->folder);
	free(r);
}

static void note(struct replacement *r, int error)
{
	if (error && !r->error)
		r->error = error;
}

void replacement_begin(struct replacement *r)
{
	r->error = 0;
	text_init(&r->text, r->buffer, sizeof(r->buffer));
	r->fd = openat(r->folder, r->beside, REPLACEMENT_FLAGS, 0644);
	if (r->fd < 0)
		note(r, -errno);
}

static void flush(struct replacement *r)
{
	const char *at = r->buffer;

	while (at < r->text.at && !r->error) {
		const ssize_t n = write(r->fd, at, (size_t)(r->text.at - at));

		if (n >= 0)
			at += n;
		else if (errno != EINTR)
			note(r, -errno);
	}
	if (r->text.full)
		note(r, -EMSGSIZE);
	text_init(&r->text, r->buffer, sizeof(r->buffer));
}

struct text *replacement_room(struct replacement *r, size_t size)
{
	if (text_room(&r->text) < size)
		flush(r);
	return &r->text;
}

int replacement_end(struct replacement *r)
{
	flush(r);
	if (r->fd >= 0 && close(r->fd))
		note(r, -errno);
	r->fd = -1;
	if (!r->error && renameat(r->folder, r->beside, r->folder, r->base))
		note(r, -errno);
	return r->error;
}
