// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "window.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#define WINDOW_BYTES (256U << 10)

struct window {
	int fd;
	size_t begin, size; /* of everything that may be mapped */
	size_t page;
	const char *memory; /* NULL: nothing is mapped */
	size_t at;	    /* offset of the mapping from `begin` */
	size_t width;
};

struct window *window_new(int fd, size_t begin, size_t size)
{
	struct window *window = malloc(sizeof(*window));

	if (window)
		*window = (struct window){
			.fd = fd,
			.begin = begin,
			.size = size,
			.page = (size_t)sysconf(_SC_PAGESIZE),
			.width = size < WINDOW_BYTES ? size : WINDOW_BYTES,
		};
	return window;
}

static void take_down(struct window *window)
{
	if (window->memory)
		munmap((void *)window->memory, window->width);
	window->memory = NULL;
}

void window_free(struct window *window)
{
	if (!window)
		return;
	take_down(window);
	free(window);
}

static void move(struct window *window, size_t at)
{
	const size_t last = window->size - window->width;
	void *memory;

	take_down(window);
	window->at = at & ~(window->page - 1);
	if (window->at > last)
		window->at = last;
	memory = mmap(NULL, window->width, PROT_READ, MAP_SHARED, window->fd,
		      (off_t)(window->begin + window->at));
	if (memory != MAP_FAILED)
		window->memory = memory;
}

const void *window_look(struct window *window, size_t at, size_t bytes)
{
	if (!window->memory || at < window->at || at + bytes > window->at + window->width)
		move(window, at);
	if (!window->memory)
		return NULL;
	if (at + bytes > window->at + window->width) {
		errno = EMSGSIZE;
		return NULL;
	}
	return window->memory + (at - window->at);
}
