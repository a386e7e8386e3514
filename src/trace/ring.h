/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The reading end of a BPF ring buffer (5.8). */
#ifndef TCPLIFE_RING_H
#define TCPLIFE_RING_H

#include <stddef.h>

struct ring;

/* Takes the bytes of one record; they are only there until it returns. */
typedef void (*ring_fn)(void *arg, const void *bytes, size_t size);

/*
 * fd: a BPF_MAP_TYPE_RINGBUF of so many bytes (a power of two), borrowed. NULL and errno if it
 * cannot be mapped. To be freed by ring_free().
 */
struct ring *ring_new(int fd, size_t size, ring_fn fn, void *arg);
void ring_free(struct ring *ring);

/* Takes all that is there. Returns 0 or -errno. */
int ring_drain(struct ring *ring);

#endif
