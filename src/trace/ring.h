/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The reading end of a BPF ring buffer (5.8). libbpf's own maps all of it, twice over, and every
 * page that is read stays resident: 16 MB for the largest buffer, where a window takes 256 KB.
 */
#ifndef TCPLIFE_RING_H
#define TCPLIFE_RING_H

#include <stddef.h>

struct ring;

/*
 * fd: a BPF_MAP_TYPE_RINGBUF of so many bytes (a power of two), borrowed. Returns NULL with errno
 * set if it cannot be mapped. To be freed by ring_free().
 */
struct ring *ring_new(int fd, size_t size);
void ring_free(struct ring *ring);

/*
 * Hands out the bytes of the next entry, which are valid until the next call. Returns 1, or 0 at
 * the end of a batch, or -errno. A batch is what was there when it began; the next call begins
 * another.
 */
int ring_next(struct ring *ring, const void **bytes, size_t *size);

#endif
