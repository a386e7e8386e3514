/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads a BPF map's memory through a window that moves along: all of a buffer is never mapped at
 * once, as every page of it would count as ours.
 */
#ifndef TCPLIFE_WINDOW_H
#define TCPLIFE_WINDOW_H

#include <stddef.h>

struct window;

/* On `size` bytes of fd, borrowed, from `begin` on: whole pages. NULL and errno: no memory. */
struct window *window_new(int fd, size_t begin, size_t size);
void window_free(struct window *window);

/* So many bytes at `at` behind the beginning, until it is called again. NULL and errno: cannot. */
const void *window_look(struct window *window, size_t at, size_t bytes);

#endif
