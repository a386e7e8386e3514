// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "loop.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

struct watch {
	int fd;
	loop_fn *fn;
	void *arg;
};

struct loop {
	int epoll;
	struct watch watches[LOOP_MOST];
	size_t count;
};

struct loop *loop_new(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int error;

	if (!loop)
		return NULL;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll >= 0)
		return loop;
	error = errno;
	free(loop);
	errno = error;
	return NULL;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	close(loop->epoll);
	free(loop);
}

int loop_watch(struct loop *loop, int fd, uint32_t events, loop_fn *fn, void *arg)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	if (loop->count == LOOP_MOST)
		return -ENOSPC;
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event))
		return -errno;
	loop->watches[loop->count++] = (struct watch){ fd, fn, arg };
	return 0;
}

int loop_epoll(const struct loop *loop)
{
	return loop->epoll;
}

static void call(const struct loop *loop, int fd)
{
	for (size_t i = 0; i < loop->count; i++)
		if (loop->watches[i].fd == fd)
			loop->watches[i].fn(loop->watches[i].arg);
}

int loop_wait(const struct loop *loop, int ms)
{
	struct epoll_event events[8];
	const int n = epoll_wait(loop->epoll, events, 8, ms);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++)
		call(loop, events[i].data.fd);
	return 0;
}
