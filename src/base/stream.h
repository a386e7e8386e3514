/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writing that never blocks, to descriptors that we share with others: O_NONBLOCK is never set on
 * theirs.
 */
#ifndef TCPLIFE_STREAM_H
#define TCPLIFE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct stream {
	int fd;	     /* what to write to and to poll */
	bool own;    /* stream_close() closes it */
	bool socket; /* then each call is told not to block */
	bool shared; /* cannot be made non-blocking: is polled before each piece */
};

/*
 * A stream onto fd, which is borrowed and must stay open. Pipes and terminals are opened anew
 * through /proc, for a file description of our own; where that fails, writes are polled for and
 * small, and only a second writer to the same pipe can make one block.
 */
struct stream stream_of(int fd);
void stream_close(struct stream *s);

/* As write(2); fails with EAGAIN instead of blocking, and with EPIPE without a signal to sockets.
 */
ssize_t stream_write(const struct stream *s, const void *from, size_t size);

#endif
