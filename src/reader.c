// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "reader.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#define PERF_TOTAL_BYTES (4U << 20) /* over all CPUs */
#define PERF_LEAST_PAGES 16U
#define PERF_MOST_PAGES 128U

struct reader {
	struct ring_buffer *ring; /* either this */
	struct perf_buffer *perf; /* or that */
	int ring_fd;
	reader_fn fn;
	void *arg;
	uint64_t lost;
};

static int on_ring(void *arg, void *data, size_t size)
{
	struct reader *reader = arg;

	if (size >= sizeof(struct record))
		reader->fn(reader->arg, data);
	return 0;
}

static enum bpf_perf_event_ret on_perf(void *arg, int cpu, struct perf_event_header *header)
{
	struct reader *reader = arg;
	const char *bytes = (const char *)header;
	uint32_t size;

	(void)cpu;
	if (header->type == PERF_RECORD_LOST) {
		/* header, id, lost (perf_event_open(2)) */
		uint64_t lost;

		__builtin_memcpy(&lost, bytes + sizeof(*header) + 8, sizeof(lost));
		reader->lost += lost;
	} else if (header->type == PERF_RECORD_SAMPLE) {
		/* header, size, raw bytes, which are only four-aligned */
		struct record record;

		__builtin_memcpy(&size, bytes + sizeof(*header), sizeof(size));
		if (size >= sizeof(record)) {
			__builtin_memcpy(&record, bytes + sizeof(*header) + sizeof(size), sizeof(record));
			reader->fn(reader->arg, &record);
		}
	}
	return LIBBPF_PERF_EVENT_CONT;
}

/* Pages for each CPU's buffer: a power of two, as perf wants it. */
static size_t perf_pages(void)
{
	unsigned int pages = PERF_MOST_PAGES;
	unsigned int cpus = (unsigned int)libbpf_num_possible_cpus();
	unsigned int page = (unsigned int)sysconf(_SC_PAGESIZE);

	while (pages > PERF_LEAST_PAGES && (uint64_t)pages * page * cpus > PERF_TOTAL_BYTES)
		pages /= 2;
	return pages;
}

static struct perf_buffer *perf_new(const struct bpf_map *map, struct reader *reader)
{
	const size_t pages = perf_pages();
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

struct reader *reader_new(const struct bpf_map *map, bool ring, reader_fn fn, void *arg)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int error;

	if (!reader)
		return NULL;
	reader->fn = fn;
	reader->arg = arg;
	reader->ring_fd = bpf_map__fd(map);
	if (ring)
		reader->ring = ring_buffer__new(bpf_map__fd(map), on_ring, reader, NULL);
	else
		reader->perf = perf_new(map, reader);
	if (!reader->ring && !reader->perf) {
		error = errno;
		reader_free(reader);
		errno = error;
		return NULL;
	}
	return reader;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	ring_buffer__free(reader->ring);
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
	int result = reader->ring ? ring_buffer__consume(reader->ring) : perf_buffer__consume(reader->perf);

	return result < 0 ? result : 0;
}

uint64_t reader_lost(const struct reader *reader)
{
	return reader->lost;
}
