// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include <bpf/libbpf.h>

#include "slots.h"
#include "maps.h"
#include "perf.h"
#include "ring.h"
#include "limits.h"

struct reader {
	struct ring *ring; /* either this, which only wakes us if there are slots */
	struct slot_ring *slots;
	struct perf *perf; /* or this */
	int ring_fd;
	bool in_batch; /* reading the slots */
};

static struct slot_ring *slot_ring_of(const struct maps *maps, uint32_t count)
{
	size_t size;

	return slot_ring_new(bpf_map__fd(maps->slots), count,
			     bpf_map__initial_value(maps->slot_positions, &size));
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
		reader->slots = slot_ring_of(maps, limits->slot_count);
	return reader->ring && (reader->slots || !limits->slot_count) ? 0 : -1;
}

struct reader *reader_new(const struct maps *maps, const struct limits *limits, bool ring)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int error;

	if (!reader || !buffers_open(reader, maps, limits, ring))
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
