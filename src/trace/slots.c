// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "slots.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "bpf/slots.h"
#include "window.h"

#define TELL_EVERY 64 /* records; each update writes a cache line that the kernel side reads */

struct slot_ring {
	struct window *window;
	uint32_t count;
	struct slot_positions *positions;
	uint64_t consumer;
	uint64_t end;  /* end of the batch */
	bool in_batch; /* the record at `consumer` is handed out */
};

/* Memory is mapped in whole pages. */
static size_t bytes_of(uint32_t count)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (count * sizeof(struct slot) + page - 1) & ~(page - 1);
}

struct slot_ring *slot_ring_new(int fd, uint32_t count, struct slot_positions *positions)
{
	struct slot_ring *slots = malloc(sizeof(*slots));

	if (!slots)
		return NULL;
	*slots = (struct slot_ring){
		.window = window_new(fd, 0, bytes_of(count)),
		.count = count,
		.positions = positions,
		.consumer = positions->consumer,
	};
	if (slots->window)
		return slots;
	free(slots);
	errno = ENOMEM;
	return NULL;
}

void slot_ring_free(struct slot_ring *slots)
{
	if (!slots)
		return;
	window_free(slots->window);
	free(slots);
}

/* Lets the kernel side reuse the slots up to here. */
static void tell(const struct slot_ring *slots)
{
	__atomic_store_n(&slots->positions->consumer, slots->consumer, __ATOMIC_RELEASE);
}

/* Returns 1 if there is a record at `consumer`, 0, or -errno. */
static int look(const struct slot_ring *slots, const struct record **record)
{
	const size_t at = (slots->consumer & (slots->count - 1)) * sizeof(struct slot);
	const struct slot *slot;

	if (slots->consumer >= slots->end)
		return 0;
	slot = window_look(slots->window, at, sizeof(*slot));
	if (!slot)
		return -errno;
	*record = &slot->record;
	/* It may also be half written. */
	return __atomic_load_n(&slot->number, __ATOMIC_ACQUIRE) == slots->consumer + 1;
}

int slot_ring_next(struct slot_ring *slots, const struct record **record)
{
	int result;

	if (!slots->in_batch) {
		slots->end = __atomic_load_n(&slots->positions->producer, __ATOMIC_RELAXED);
	} else {
		slots->consumer++;
		if (slots->consumer % TELL_EVERY == 0)
			tell(slots);
	}
	result = look(slots, record);
	slots->in_batch = result > 0;
	if (!slots->in_batch)
		tell(slots);
	return result;
}
