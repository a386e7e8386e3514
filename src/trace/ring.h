/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads a BPF ring buffer (5.8). libbpf's own reader maps all of it twice, and every page read
 * stays resident: 16 MB for the largest buffer, while a window takes 256 KB.
 */
#ifndef TCPLIFE_RING_H
#define TCPLIFE_RING_H

#include <stddef.h>

struct ring;

/*
 * fd: a BPF_MAP_TYPE_RINGBUF of `size` bytes (a power of two), borrowed. Returns NULL with errno
 * set on failure. Free it with ring_free().
 */
struct ring *ring_new(int fd, size_t size);
void ring_free(struct ring *ring);

/*
 * Returns 1 with the bytes of the next entry, which are valid until the next call; 0 at the end of
 * a batch; or -errno. A batch is what is there when it begins; the next call begins another.
 */
int ring_next(struct ring *ring, const void **bytes, size_t *size);

#endif
