// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "perf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "base/perf_attr.h"

#define PAGES_MOST  128 /* per ring; all pages are mapped, and become resident when used */
#define EVENT_BYTES 512 /* maximum size of our events */

struct perf {
	struct perf_buffer *buffer;
	size_t page;
	size_t turn; /* the ring being read */
	/* In a batch, that ring's header; else NULL. */
	struct perf_event_mmap_page *ring;
	uint64_t end;
	struct record record; /* the one handed out */
	uint64_t received;
	uint64_t lost;
};

/* Pages per CPU, a power of two, as perf requires. */
static size_t pages_for(uint32_t bytes)
{
	const unsigned int cpus = (unsigned int)libbpf_num_possible_cpus();
	size_t pages = bytes / (size_t)sysconf(_SC_PAGESIZE);

	for (unsigned int shared = 1; shared < cpus && pages > 1; shared *= 2)
		pages /= 2;
	return pages < PAGES_MOST ? pages : PAGES_MOST;
}

/* libbpf opens the rings; the reading is ours. */
static enum bpf_perf_event_ret on_event(void *arg, int cpu, struct perf_event_header *event)
{
	(void)arg;
	(void)cpu;
	(void)event;
	return LIBBPF_PERF_EVENT_DONE;
}

struct perf *perf_new(int fd, uint32_t bytes)
{
	const size_t pages = pages_for(bytes);
	struct perf *perf = calloc(1, sizeof(*perf));
	struct perf_event_attr attr = perf_attr();
	int error;

	if (!perf)
		return NULL;
	perf->page = (size_t)sysconf(_SC_PAGESIZE);
	attr.watermark = 1;
	attr.wakeup_watermark = (uint32_t)(pages * perf->page / 4);
	perf->buffer = perf_buffer__new_raw(fd, pages, &attr, on_event, perf, NULL);
	if (perf->buffer)
		return perf;
	error = errno;
	free(perf);
	errno = error;
	return NULL;
}

void perf_free(struct perf *perf)
{
	if (!perf)
		return;
	perf_buffer__free(perf->buffer);
	free(perf);
}

int perf_fd(const struct perf *perf, size_t n)
{
	return n < perf_buffer__buffer_cnt(perf->buffer) ? perf_buffer__buffer_fd(perf->buffer, n)
							 : -1;
}

bool perf_read_event(const struct perf_event_header *event, struct record *record, uint64_t *lost)
{
	const char *body = (const char *)(event + 1);
	const size_t there = event->size < sizeof(*event) ? 0 : event->size - sizeof(*event);
	uint64_t lost_now;
	uint32_t size;

	/* fields: id, lost (perf_event_open(2)) */
	if (event->type == PERF_RECORD_LOST && there >= 2 * sizeof(lost_now)) {
		memcpy(&lost_now, body + sizeof(lost_now), sizeof(lost_now));
		*lost += lost_now;
	}
	/* fields: size, raw bytes, which are aligned to four bytes only */
	if (event->type != PERF_RECORD_SAMPLE || there < sizeof(size) + sizeof(*record))
		return false;
	memcpy(&size, body, sizeof(size));
	if (size < sizeof(*record))
		return false;
	memcpy(record, body + sizeof(size), sizeof(*record));
	return true;
}

/* Copies bytes that may wrap around the end of the ring. */
static void copy_out(const char *data, size_t size, uint64_t position, void *to, size_t length)
{
	const size_t at = position & (size - 1);
	const size_t first = length < size - at ? length : size - at;

	memcpy(to, data + at, first);
	memcpy((char *)to + first, data, length - first);
}

/* Takes an event out of the ring; true if it is a record. */
static bool take_event(struct perf *perf, size_t size)
{
	union {
		struct perf_event_header header;
		char bytes[EVENT_BYTES];
	} event;
	const char *data = (const char *)perf->ring + perf->page;
	const uint64_t tail = perf->ring->data_tail;
	uint16_t length;

	copy_out(data, size, tail, &event.header, sizeof(event.header));
	length = event.header.size;
	if (length < EVENT_BYTES)
		copy_out(data, size, tail, event.bytes, length);
	else
		event.header.type = 0;
	/* An event of length 0 would loop for ever. */
	__atomic_store_n(&perf->ring->data_tail, length ? tail + length : perf->end,
			 __ATOMIC_RELEASE);
	if (!perf_read_event(&event.header, &perf->record, &perf->lost))
		return false;
	perf->received++;
	return true;
}

int perf_next(struct perf *perf, const struct record **record)
{
	for (; perf->turn < perf_buffer__buffer_cnt(perf->buffer); perf->turn++) {
		void *ring;
		size_t size;

		if (perf_buffer__buffer(perf->buffer, (int)perf->turn, &ring, &size))
			continue;
		if (!perf->ring) {
			perf->ring = ring;
			perf->end = __atomic_load_n(&perf->ring->data_head, __ATOMIC_ACQUIRE);
		}
		while (perf->ring->data_tail < perf->end) {
			if (take_event(perf, size)) {
				*record = &perf->record;
				return 1;
			}
		}
		perf->ring = NULL;
	}
	perf->turn = 0;
	return 0;
}

uint64_t perf_received(const struct perf *perf)
{
	return perf->received;
}

uint64_t perf_lost(const struct perf *perf)
{
	return perf->lost;
}
