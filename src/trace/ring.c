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
	size_t size;	 /* of the data, a power of two */
	uint64_t *taken; /* the position up to which we have read; ours to write */
	uint64_t *given; /* the position up to which the kernel has written */
	struct window *window;
	ring_fn fn;
	void *arg;
};

/* A map's memory is the page of `taken`, the page of `given`, then the data, twice over. */
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

struct ring *ring_new(int fd, size_t size, ring_fn fn, void *arg)
{
	struct ring *ring = calloc(1, sizeof(*ring));
	int error;

	if (!ring)
		return NULL;
	ring->fd = fd;
	ring->page = (size_t)sysconf(_SC_PAGESIZE);
	ring->size = size;
	ring->fn = fn;
	ring->arg = arg;
	ring->taken = map_part(ring, 0, ring->page, PROT_READ | PROT_WRITE);
	if (ring->taken)
		ring->given = map_part(ring, ring->page, ring->page, PROT_READ);
	if (ring->given)
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
	unmap_part(ring->taken, ring->page);
	unmap_part(ring->given, ring->page);
	free(ring);
}

int ring_drain(struct ring *ring)
{
	uint64_t taken = *ring->taken;
	const uint64_t given = __atomic_load_n(ring->given, __ATOMIC_ACQUIRE);

	while (taken < given) {
		const size_t at = taken & (ring->size - 1);
		const char *header = window_look(ring->window, at, BPF_RINGBUF_HDR_SZ);
		uint32_t length;
		size_t bytes;

		if (!header)
			return -errno;
		length = __atomic_load_n((const uint32_t *)header, __ATOMIC_ACQUIRE);
		if (length & BPF_RINGBUF_BUSY_BIT)
			break;
		bytes = length & ~(uint32_t)BPF_RINGBUF_DISCARD_BIT;
		header = window_look(ring->window, at, BPF_RINGBUF_HDR_SZ + bytes);
		if (!header)
			return -errno;
		if (!(length & BPF_RINGBUF_DISCARD_BIT))
			ring->fn(ring->arg, header + BPF_RINGBUF_HDR_SZ, bytes);
		taken += (BPF_RINGBUF_HDR_SZ + bytes + 7) & ~(size_t)7;
		__atomic_store_n(ring->taken, taken, __ATOMIC_RELEASE);
	}
	return 0;
}
