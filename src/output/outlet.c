// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/stream.h"

struct outlet {
	struct stream stream;
	const char *name; /* of the file, as given; NULL: no file */
	const char *base; /* the last component of name */
	int folder;	  /* opened with O_PATH; -1: no file to reopen */
	bool begun;	  /* something was written */
};

struct outlet *outlet_of(int fd)
{
	struct outlet *o = malloc(sizeof(*o));

	if (o)
		*o = (struct outlet){ .stream = stream_of(fd), .folder = -1 };
	return o;
}

/* A tracer that was killed, or whose disk was full, may have left half a line. */
static int end_last_line(const struct outlet *o)
{
	char last = '\n';
	struct stat stat;
	int fd;

	if (fstat(o->stream.fd, &stat) || !S_ISREG(stat.st_mode) || !stat.st_size)
		return 0;
	fd = openat(o->folder, o->base, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, &last, 1, stat.st_size - 1) != 1)
		last = '\n';
	if (fd >= 0)
		close(fd);
	return last == '\n' || write(o->stream.fd, "\n", 1) == 1 ? 0 : -errno;
}

static const char *remedy(int error)
{
	switch (-error) {
	case ENOENT:
		return "create its directory";
	case ENXIO:
		return "nobody reads that pipe: start its reader first";
	case EISDIR:
		return "give the name of a file";
	case EACCES:
	case EPERM:
	case EROFS:
		return "choose a directory that you may write to";
	default:
		return "choose another file";
	}
}

struct outlet *outlet_open(const char *name, char *why, size_t size)
{
	struct outlet *o = outlet_of(-1);
	int result = o ? 0 : -ENOMEM;

	if (!result) {
		o->name = name;
		o->folder = folder_open(name, &o->base);
		if (o->folder < 0)
			result = -errno;
		else
			result = *o->base ? outlet_reopen(o) : -EISDIR;
	}
	if (!result)
		result = end_last_line(o);
	if (!result)
		return o;
	snprintf(why, size, "cannot write to %s: %s: %s", name, strerror(-result), remedy(result));
	outlet_free(o);
	return NULL;
}

void outlet_free(struct outlet *o)
{
	if (!o)
		return;
	stream_close(&o->stream);
	if (o->folder >= 0)
		close(o->folder);
	free(o);
}

ssize_t outlet_write(struct outlet *o, const void *from, size_t size)
{
	const ssize_t written = stream_write(&o->stream, from, size);

	o->begun = o->begun || written > 0;
	return written;
}

int outlet_reopen(struct outlet *o)
{
	const int fd = openat(o->folder, o->base, OUTLET_FLAGS, OUTLET_MODE);

	if (fd < 0)
		return -errno;
	stream_close(&o->stream);
	o->stream = (struct stream){ .fd = fd, .own = true };
	return 0;
}

int outlet_fd(const struct outlet *o)
{
	return o->stream.fd;
}

bool outlet_is_fresh(const struct outlet *o)
{
	struct stat stat;

	if (o->folder < 0 || fstat(o->stream.fd, &stat) || !S_ISREG(stat.st_mode))
		return !o->begun;
	return !stat.st_size;
}

const char *outlet_name(const struct outlet *o)
{
	return o->name ? o->name : "standard output";
}
