/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads the memory of a BPF map through a moving window. Mapping a whole buffer would count all of
 * its pages as ours.
 */
#ifndef TCPLIFE_WINDOW_H
#define TCPLIFE_WINDOW_H

#include <stddef.h>

struct window;

/*
 * A window on `size` bytes of fd from `begin`, both multiples of the page size. fd is borrowed.
 * Returns NULL with errno set if out of memory. Free it with window_free().
 */
struct window *window_new(int fd, size_t begin, size_t size);
void window_free(struct window *window);

/*
 * Maps `bytes` bytes at offset `at` from the beginning. Valid until the next call. Returns NULL
 * with errno set on failure.
 */
const void *window_look(struct window *window, size_t at, size_t bytes);

#endif
