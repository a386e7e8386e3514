// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reads records of any length from both kinds of buffer. No record may be read beyond its end, and
 * a ring must return all complete records in order, once each.
 *
 * A file in memory replaces the kernel's ring. Its data is written twice, as the kernel maps it
 * twice. The input tells the ring's size, the starting position, and a length and flags for each
 * record.
 */
#include "trace/perf.h"

#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "trace/ring.h"

#define PAGE	     4096U
#define SIZES	     8 /* so that rings may be larger than the window of ring.c */
#define FILE_BYTES   (2 * PAGE + 2 * (PAGE << (SIZES - 1)))
#define RECORDS_MOST 64

struct expected {
	size_t count; /* of the records that must be returned */
	size_t came;
	uint32_t lengths[RECORDS_MOST];
	uint8_t marks[RECORDS_MOST];
};

static void check_bytes(struct expected *expected, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	MUST(expected->came < expected->count);
	MUST(size == expected->lengths[expected->came]);
	for (size_t i = 0; i < size; i++)
		MUST(at[i] == expected->marks[expected->came]);
	expected->came++;
}

static void take_all(struct ring *ring, struct expected *expected)
{
	const void *bytes;
	size_t size;
	int result;

	while ((result = ring_next(ring, &bytes, &size)) > 0)
		check_bytes(expected, bytes, size);
	MUST(!result);
}

/* Writes to both copies of the data. */
static void put(uint8_t *memory, uint32_t size, uint64_t position, const void *bytes, size_t length)
{
	const uint8_t *from = bytes;
	uint8_t *data = memory + 2 * PAGE;

	for (size_t i = 0; i < length; i++) {
		const size_t at = (position + i) & (size - 1);

		data[at] = data[at + size] = from[i];
	}
}

/* Appends a record. Returns false if it is incomplete or there is no room. */
static bool put_record(uint8_t *memory, uint32_t size, uint64_t *position, struct input *in,
		       struct expected *expected)
{
	const uint8_t flags = input_byte(in), mark = input_byte(in);
	uint8_t body[PAGE];
	uint32_t header[2] = { 0 }, bytes;
	uint16_t length;
	uint64_t begin;

	memcpy(&begin, memory, sizeof(begin));
	input_take(in, &length, sizeof(length));
	bytes = length % (flags & 4 ? PAGE : 256);
	if (*position + sizeof(header) + bytes + 7 > begin + size)
		return false;
	header[0] = bytes | (flags % 8 == 1 ? BPF_RINGBUF_BUSY_BIT : 0) |
		    (flags % 8 == 2 ? BPF_RINGBUF_DISCARD_BIT : 0);
	memset(body, mark, bytes);
	put(memory, size, *position, header, sizeof(header));
	put(memory, size, *position + sizeof(header), body, bytes);
	*position += (sizeof(header) + bytes + 7) & ~7ULL;
	if (flags % 8 == 1)
		return false; /* the records after it must wait too */
	if (flags % 8 != 2) {
		expected->lengths[expected->count] = bytes;
		expected->marks[expected->count++] = mark;
	}
	return true;
}

static void check_ring(struct input in)
{
	static struct expected expected;
	static uint8_t *memory;
	static int fd;
	const uint32_t size = PAGE << input_byte(&in) % (SIZES);
	uint64_t position;
	struct ring *ring;

	if (!memory) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		MUST(fd >= 0 && !ftruncate(fd, FILE_BYTES));
		memory = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		MUST(memory != MAP_FAILED);
	}
	expected.count = expected.came = 0;
	input_take(&in, &position, sizeof(position));
	position &= UINT64_MAX >> 8 & ~7ULL;
	memcpy(memory, &position, sizeof(position));
	for (int i = 0; i < RECORDS_MOST && in.left; i++)
		if (!put_record(memory, size, &position, &in, &expected))
			break;
	memcpy(memory + PAGE, &position, sizeof(position));
	ring = ring_new(fd, size);
	MUST(ring);
	take_all(ring, &expected);
	MUST(expected.came == expected.count);
	take_all(ring, &expected);
	MUST(expected.came == expected.count);
	ring_free(ring);
}

/* Reads an event of a perf buffer from memory of exactly its size. */
static void check_event(const uint8_t *data, size_t size)
{
	struct perf_event_header *event;
	struct record record;
	uint64_t lost = 0;

	if (size < sizeof(*event) || size > UINT16_MAX)
		return;
	event = malloc(size);
	MUST(event != NULL);
	memcpy(event, data, size);
	event->size = (uint16_t)size;
	if (perf_read_event(event, &record, &lost))
		MUST(event->type == PERF_RECORD_SAMPLE && size >= sizeof(record));
	else
		MUST(!lost || event->type == PERF_RECORD_LOST);
	free(event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_event(data, size);
	check_ring((struct input){ data, size });
	return 0;
}
