/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes that do not block, on descriptors shared with other processes: O_NONBLOCK is never set on
 * a shared file description.
 */
#ifndef TCPLIFE_STREAM_H
#define TCPLIFE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct stream {
	int fd;	     /* to write to and to poll */
	bool own;    /* stream_close() closes fd */
	bool socket; /* written with MSG_DONTWAIT */
	bool shared; /* cannot be non-blocking, so it is polled before each write */
};

/*
 * Returns a stream for fd, which is borrowed and must stay open. Pipes and terminals are reopened
 * through /proc to get a file description of our own. Where that fails, each write is preceded by a
 * poll and kept small; then only a second writer to the same pipe can make it block.
 */
struct stream stream_of(int fd);
void stream_close(struct stream *s);

/*
 * Like write(2), but fails with EAGAIN instead of blocking. On a socket, EPIPE comes without
 * SIGPIPE.
 */
ssize_t stream_write(const struct stream *s, const void *from, size_t size);

#endif
