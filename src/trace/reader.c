// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "reader.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "inbox.h"
#include "maps.h"
#include "bpf/outbox.h"
#include "ring.h"
#include "room.h"

#define PERF_MOST_PAGES 128 /* all of them are mapped, and become resident as they are used */

struct reader {
	struct ring *ring; /* either this, which with an inbox only wakes us */
	struct inbox *inbox;
	struct perf_buffer *perf; /* or that */
	int ring_fd;
	reader_fn fn;
	void *arg;
	uint64_t received;
	uint64_t lost;
};

static void on_inbox(void *arg, const struct record *record)
{
	struct reader *reader = arg;

	reader->fn(reader->arg, record);
}

/* What only wakes us is shorter than a record. */
static void on_ring(void *arg, const void *bytes, size_t size)
{
	if (size >= sizeof(struct record))
		on_inbox(arg, bytes);
}

bool reader_event(const struct perf_event_header *event, struct record *record, uint64_t *lost)
{
	const char *body = (const char *)(event + 1);
	const size_t there = event->size < sizeof(*event) ? 0 : event->size - sizeof(*event);
	uint64_t lost_now;
	uint32_t size;

	/* id, lost (perf_event_open(2)) */
	if (event->type == PERF_RECORD_LOST && there >= 2 * sizeof(lost_now)) {
		memcpy(&lost_now, body + sizeof(lost_now), sizeof(lost_now));
		*lost += lost_now;
	}
	/* size, raw bytes, which are only four-aligned */
	if (event->type != PERF_RECORD_SAMPLE || there < sizeof(size) + sizeof(*record))
		return false;
	memcpy(&size, body, sizeof(size));
	if (size < sizeof(*record))
		return false;
	memcpy(record, body + sizeof(size), sizeof(*record));
	return true;
}

static enum bpf_perf_event_ret on_perf(void *arg, int cpu, struct perf_event_header *event)
{
	struct reader *reader = arg;
	struct record record;

	(void)cpu;
	if (reader_event(event, &record, &reader->lost)) {
		reader->received++;
		reader->fn(reader->arg, &record);
	}
	return LIBBPF_PERF_EVENT_CONT;
}

/* Pages for each CPU's buffer: a power of two, as perf wants it. */
static size_t perf_pages(uint32_t bytes)
{
	const unsigned int cpus = (unsigned int)libbpf_num_possible_cpus();
	size_t pages = bytes / (size_t)sysconf(_SC_PAGESIZE);

	for (unsigned int shared = 1; shared < cpus && pages > 1; shared *= 2)
		pages /= 2;
	return pages < PERF_MOST_PAGES ? pages : PERF_MOST_PAGES;
}

static struct perf_buffer *perf_new(const struct bpf_map *map, uint32_t bytes,
				    struct reader *reader)
{
	const size_t pages = perf_pages(bytes);
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
		.watermark = 1,
	};

	attr.wakeup_watermark = (uint32_t)(pages * (size_t)sysconf(_SC_PAGESIZE) / 4);
	return perf_buffer__new_raw(bpf_map__fd(map), pages, &attr, on_perf, reader, NULL);
}

static struct inbox *inbox_of(const struct maps *maps, uint32_t places, struct reader *reader)
{
	size_t size;

	return inbox_new(bpf_map__fd(maps->outbox), places,
			 bpf_map__initial_value(maps->outbox_books, &size), on_inbox, reader);
}

/* Returns 0 or -1 and errno. */
static int buffers_open(struct reader *reader, const struct maps *maps, const struct room *room,
			bool ring)
{
	const struct bpf_map *map = maps->records;

	if (!ring) {
		reader->perf = perf_new(map, room->buffer_bytes, reader);
		return reader->perf ? 0 : -1;
	}
	reader->ring_fd = bpf_map__fd(map);
	reader->ring = ring_new(reader->ring_fd, bpf_map__max_entries(map), on_ring, reader);
	if (reader->ring && room->outbox_places)
		reader->inbox = inbox_of(maps, room->outbox_places, reader);
	return reader->ring && (reader->inbox || !room->outbox_places) ? 0 : -1;
}

struct reader *reader_new(const struct maps *maps, const struct room *room, bool ring, reader_fn fn,
			  void *arg)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int error;

	if (!reader)
		return NULL;
	reader->fn = fn;
	reader->arg = arg;
	if (!buffers_open(reader, maps, room, ring))
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
	inbox_free(reader->inbox);
	perf_buffer__free(reader->perf);
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
	for (size_t i = 0; i < perf_buffer__buffer_cnt(reader->perf) && !result; i++)
		result = watch(epoll, perf_buffer__buffer_fd(reader->perf, i));
	return result;
}

int reader_drain(struct reader *reader)
{
	int result = reader->ring ? ring_drain(reader->ring) : perf_buffer__consume(reader->perf);

	if (result >= 0 && reader->inbox)
		result = inbox_drain(reader->inbox);
	return result < 0 ? result : 0;
}

uint64_t reader_received(const struct reader *reader)
{
	return reader->received;
}

uint64_t reader_lost(const struct reader *reader)
{
	return reader->lost;
}
