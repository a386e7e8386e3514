// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "window.h"

struct ring {
	int fd;
	size_t page;
	size_t size;	    /* of the data, in bytes; a power of two */
	uint64_t *consumer; /* position up to which we have read; written by us */
	uint64_t *producer; /* position up to which the kernel has written */
	struct window *window;
	uint64_t next; /* position after the entry handed out */
	uint64_t end;  /* end of the batch */
	bool in_batch; /* an entry is handed out */
};

/*
 * A map's memory consists of the page of `consumer`, that of `producer`, and the data, mapped
 * twice.
 */
static void *map_part(const struct ring *ring, size_t offset, size_t size, int protection)
{
	void *memory = mmap(NULL, size, protection, MAP_SHARED, ring->fd, (off_t)offset);

	return memory == MAP_FAILED ? NULL : memory;
}

static void unmap_part(const void *memory, size_t size)
{
	if (memory)
		munmap((void *)memory, size);
}

struct ring *ring_new(int fd, size_t size)
{
	struct ring *ring = calloc(1, sizeof(*ring));
	int error;

	if (!ring)
		return NULL;
	ring->fd = fd;
	ring->page = (size_t)sysconf(_SC_PAGESIZE);
	ring->size = size;
	ring->consumer = map_part(ring, 0, ring->page, PROT_READ | PROT_WRITE);
	if (ring->consumer)
		ring->producer = map_part(ring, ring->page, ring->page, PROT_READ);
	if (ring->producer)
		ring->window = window_new(fd, 2 * ring->page, 2 * size);
	if (ring->window)
		return ring;
	error = errno;
	ring_free(ring);
	errno = error;
	return NULL;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	window_free(ring->window);
	unmap_part(ring->consumer, ring->page);
	unmap_part(ring->producer, ring->page);
	free(ring);
}

/* Lets the kernel reuse the space before `next`. */
static void give_back(const struct ring *ring)
{
	__atomic_store_n(ring->consumer, ring->next, __ATOMIC_RELEASE);
}

/* Reads the entry at `next` and advances past it. Returns as ring_next() does. */
static int look(struct ring *ring, const void **bytes, size_t *size)
{
	while (ring->next < ring->end) {
		const size_t at = ring->next & (ring->size - 1);
		const char *header = window_look(ring->window, at, BPF_RINGBUF_HDR_SZ);
		uint32_t length;

		if (!header)
			return -errno;
		length = __atomic_load_n((const uint32_t *)header, __ATOMIC_ACQUIRE);
		/* The kernel is still writing it. */
		if (length & BPF_RINGBUF_BUSY_BIT)
			return 0;
		*size = length & ~(uint32_t)BPF_RINGBUF_DISCARD_BIT;
		header = window_look(ring->window, at, BPF_RINGBUF_HDR_SZ + *size);
		if (!header)
			return -errno;
		ring->next += (BPF_RINGBUF_HDR_SZ + *size + 7) & ~(size_t)7;
		*bytes = header + BPF_RINGBUF_HDR_SZ;
		if (!(length & BPF_RINGBUF_DISCARD_BIT))
			return 1;
	}
	return 0;
}

int ring_next(struct ring *ring, const void **bytes, size_t *size)
{
	int result;

	if (!ring->in_batch) {
		ring->next = *ring->consumer;
		ring->end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	} else {
		give_back(ring);
	}
	result = look(ring, bytes, size);
	ring->in_batch = result > 0;
	if (!ring->in_batch)
		give_back(ring);
	return result;
}
