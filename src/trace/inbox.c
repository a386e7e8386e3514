// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "inbox.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "bpf/outbox.h"
#include "window.h"

#define TELL_EVERY 64 /* records; the kernel side reads the same cache line */

struct inbox {
	struct window *window;
	uint32_t places;
	struct outbox_books *books;
	uint64_t taken;
	uint64_t end;  /* of the batch */
	bool in_batch; /* then, the record at `taken` is handed out */
};

/* Memory is mapped in whole pages. */
static size_t bytes_of(uint32_t places)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (places * sizeof(struct outbox_place) + page - 1) & ~(page - 1);
}

struct inbox *inbox_new(int fd, uint32_t places, struct outbox_books *books)
{
	struct inbox *inbox = malloc(sizeof(*inbox));

	if (!inbox)
		return NULL;
	*inbox = (struct inbox){
		.window = window_new(fd, 0, bytes_of(places)),
		.places = places,
		.books = books,
		.taken = books->taken,
	};
	if (inbox->window)
		return inbox;
	free(inbox);
	errno = ENOMEM;
	return NULL;
}

void inbox_free(struct inbox *inbox)
{
	if (!inbox)
		return;
	window_free(inbox->window);
	free(inbox);
}

/* From here on the kernel side may use those places again. */
static void tell(const struct inbox *inbox)
{
	__atomic_store_n(&inbox->books->taken, inbox->taken, __ATOMIC_RELEASE);
}

/* Returns 1 if there is a record at `taken`, 0, or -errno. */
static int look(const struct inbox *inbox, const struct record **record)
{
	const size_t at = (inbox->taken & (inbox->places - 1)) * sizeof(struct outbox_place);
	const struct outbox_place *place;

	if (inbox->taken >= inbox->end)
		return 0;
	place = window_look(inbox->window, at, sizeof(*place));
	if (!place)
		return -errno;
	*record = &place->record;
	/* Or it is being written. */
	return __atomic_load_n(&place->number, __ATOMIC_ACQUIRE) == inbox->taken + 1;
}

int inbox_next(struct inbox *inbox, const struct record **record)
{
	int result;

	if (!inbox->in_batch) {
		inbox->end = __atomic_load_n(&inbox->books->given, __ATOMIC_RELAXED);
	} else {
		inbox->taken++;
		if (inbox->taken % TELL_EVERY == 0)
			tell(inbox);
	}
	result = look(inbox, record);
	inbox->in_batch = result > 0;
	if (!inbox->in_batch)
		tell(inbox);
	return result;
}
