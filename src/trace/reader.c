// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include <bpf/libbpf.h>

#include "bpf/slots.h"
#include "slots.h"
#include "maps.h"
#include "perf.h"
#include "ring.h"
#include "limits.h"

struct reader {
	struct ring *ring; /* either this, which only wakes us if there are slots */
	struct slot_ring *slots;
	struct slot_positions *positions; /* of the kernel side, mapped; MAP_FAILED: none */
	struct perf *perf;		  /* or this */
	int ring_fd;
	bool in_batch; /* reading the slots */
};

/* Before 1.5, libbpf does not map what the kernel side writes. */
static struct slot_ring *slots_open(struct reader *reader, const struct maps *maps, uint32_t count)
{
	reader->positions = mmap(NULL, sizeof(*reader->positions), PROT_READ | PROT_WRITE,
				 MAP_SHARED, bpf_map__fd(maps->slot_positions), 0);
	return reader->positions == MAP_FAILED
		       ? NULL
		       : slot_ring_new(bpf_map__fd(maps->slots), count, reader->positions);
}

/* Returns 0, or -1 with errno set. */
static int buffers_open(struct reader *reader, const struct maps *maps, const struct limits *limits,
			bool ring)
{
	if (!ring) {
		reader->perf = perf_new(bpf_map__fd(maps->records), limits->buffer_bytes);
		return reader->perf ? 0 : -1;
	}
	reader->ring_fd = bpf_map__fd(maps->records);
	reader->ring = ring_new(reader->ring_fd, bpf_map__max_entries(maps->records));
	if (reader->ring && limits->slot_count)
		reader->slots = slots_open(reader, maps, limits->slot_count);
	return reader->ring && (reader->slots || !limits->slot_count) ? 0 : -1;
}

struct reader *reader_new(const struct maps *maps, const struct limits *limits, bool ring)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int error;

	if (!reader)
		return NULL;
	reader->positions = MAP_FAILED;
	if (!buffers_open(reader, maps, limits, ring))
		return reader;
	error = errno;
	reader_free(reader);
	errno = error;
	return NULL;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	ring_free(reader->ring);
	slot_ring_free(reader->slots);
	if (reader->positions != MAP_FAILED)
		munmap(reader->positions, sizeof(*reader->positions));
	perf_free(reader->perf);
	free(reader);
}

static int watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.fd = fd };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int reader_watch(const struct reader *reader, int epoll)
{
	int result = 0;

	if (reader->ring)
		return watch(epoll, reader->ring_fd);
	for (size_t i = 0; perf_fd(reader->perf, i) >= 0 && !result; i++)
		result = watch(epoll, perf_fd(reader->perf, i));
	return result;
}

/* Entries that only wake us are shorter than a record, and skipped. */
static int ring_next_record(struct ring *ring, const struct record **record)
{
	const void *bytes;
	size_t size;
	int result;

	while ((result = ring_next(ring, &bytes, &size)) > 0 && size < sizeof(**record))
		;
	if (result > 0)
		*record = bytes;
	return result;
}

int reader_next(struct reader *reader, const struct record **record)
{
	int result;

	if (reader->perf)
		return perf_next(reader->perf, record);
	if (!reader->in_batch) {
		result = ring_next_record(reader->ring, record);
		if (result || !reader->slots)
			return result;
	}
	result = slot_ring_next(reader->slots, record);
	reader->in_batch = result > 0;
	return result;
}

uint64_t reader_received(const struct reader *reader)
{
	return reader->perf ? perf_received(reader->perf) : 0;
}

uint64_t reader_lost(const struct reader *reader)
{
	return reader->perf ? perf_lost(reader->perf) : 0;
}
