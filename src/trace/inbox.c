// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "inbox.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bpf/outbox.h"
#include "window.h"

#define TELL_EVERY 64 /* records; the kernel side reads the same cache line */

struct inbox {
	struct window *window;
	uint32_t places;
	struct outbox_books *books;
	inbox_fn fn;
	void *arg;
};

/* Memory is mapped in whole pages. */
static size_t bytes_of(uint32_t places)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (places * sizeof(struct outbox_place) + page - 1) & ~(page - 1);
}

struct inbox *inbox_new(int fd, uint32_t places, struct outbox_books *books, inbox_fn fn, void *arg)
{
	struct inbox *inbox = malloc(sizeof(*inbox));

	if (!inbox)
		return NULL;
	*inbox = (struct inbox){
		.window = window_new(fd, 0, bytes_of(places)),
		.places = places,
		.books = books,
		.fn = fn,
		.arg = arg,
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
static void tell(const struct inbox *inbox, uint64_t taken)
{
	__atomic_store_n(&inbox->books->taken, taken, __ATOMIC_RELEASE);
}

int inbox_drain(struct inbox *inbox)
{
	const uint64_t given = __atomic_load_n(&inbox->books->given, __ATOMIC_RELAXED);
	uint64_t taken = inbox->books->taken;
	int result = 0;

	while (taken < given) {
		const size_t at = (taken & (inbox->places - 1)) * sizeof(struct outbox_place);
		const struct outbox_place *place =
			window_look(inbox->window, at, sizeof(struct outbox_place));

		if (!place) {
			result = -errno;
			break;
		}
		/* It is being written. */
		if (__atomic_load_n(&place->number, __ATOMIC_ACQUIRE) != taken + 1)
			break;
		inbox->fn(inbox->arg, &place->record);
		taken++;
		if (taken % TELL_EVERY == 0)
			tell(inbox, taken);
	}
	tell(inbox, taken);
	return result;
}
