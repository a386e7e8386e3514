// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Opening /dev/ptmx again would create another terminal (Documentation/admin-guide/devices.txt). */
#define TERMINAL_MASTER makedev(5, 2)

static int open_anew(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

struct stream stream_of(int fd)
{
	struct stream s = { .fd = fd };
	struct stat stat;
	int anew = -1;

	if (fstat(fd, &stat))
		return s;
	s.socket = S_ISSOCK(stat.st_mode);
	if (!S_ISFIFO(stat.st_mode) && !S_ISCHR(stat.st_mode))
		return s;
	if (!S_ISCHR(stat.st_mode) || stat.st_rdev != TERMINAL_MASTER)
		anew = open_anew(fd);
	s.shared = anew < 0;
	s.own = anew >= 0;
	s.fd = s.own ? anew : fd;
	return s;
}

void stream_close(struct stream *s)
{
	if (s->own)
		close(s->fd);
	s->fd = -1;
	s->own = false;
}

ssize_t stream_write(const struct stream *s, const void *from, size_t size)
{
	struct pollfd writable = { .fd = s->fd, .events = POLLOUT };

	if (s->socket)
		return send(s->fd, from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (s->shared && !poll(&writable, 1, 0)) {
		errno = EAGAIN;
		return -1;
	}
	/* A writable pipe takes PIPE_BUF bytes at once, but could block on a larger write. */
	return write(s->fd, from, s->shared && size > PIPE_BUF ? PIPE_BUF : size);
}
