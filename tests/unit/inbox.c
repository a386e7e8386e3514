// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The reading end of the outbox, on a memory file that stands for the map. */
#include "trace/inbox.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "bpf/outbox.h"
#include "bpf/record.h"

/* The kernel side, and what the reader has got. */
struct post {
	int fd;
	size_t size;
	uint32_t places;
	struct outbox_place *map;
	struct outbox_books books;
	struct inbox *inbox;
	uint64_t received; /* in the order in which they were given */
	uint64_t told;	   /* what the books said was taken, when the newest one came */
};

static void post_open(struct post *post, uint32_t places)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	*post = (struct post){ .places = places };
	post->size = (places * sizeof(*post->map) + page - 1) & ~(page - 1);
	post->fd = memfd_create("unit", MFD_CLOEXEC);
	if (!CHECK(post->fd >= 0 && !ftruncate(post->fd, (off_t)post->size)))
		exit(1);
	post->map = mmap(NULL, post->size, PROT_READ | PROT_WRITE, MAP_SHARED, post->fd, 0);
	post->inbox = inbox_new(post->fd, places, &post->books);
	if (!CHECK(post->map != MAP_FAILED && post->inbox))
		exit(1);
}

static void post_close(struct post *post)
{
	inbox_free(post->inbox);
	munmap(post->map, post->size);
	close(post->fd);
}

static struct outbox_place *claim(struct post *post)
{
	return &post->map[post->books.given++ & (post->places - 1)];
}

static void publish(struct outbox_place *place, uint64_t number)
{
	place->record.pid = (uint32_t)number;
	place->number = number;
}

static void post_send(struct post *post, uint64_t count)
{
	while (count--) {
		struct outbox_place *place = claim(post);

		publish(place, post->books.given);
	}
}

static void drain(struct post *post, uint64_t received)
{
	const struct record *record;
	int result;

	/* Records are told apart by their pid, which is their number. */
	while ((result = inbox_next(post->inbox, &record)) > 0) {
		CHECK(record->pid == (uint32_t)(post->received + 1));
		post->received++;
		post->told = post->books.taken;
	}
	CHECK(!result);
	CHECK(post->received == received);
	CHECK(post->books.taken == received);
}

static void test_empty(void)
{
	struct post post;

	post_open(&post, 64);
	drain(&post, 0);
	post_close(&post);
}

/* Places are used again and again, whether all of them or a few. */
static void test_around(void)
{
	struct post post;
	uint64_t sent = 0;

	post_open(&post, 64);
	for (uint64_t count = 1; count <= 64; count++) {
		post_send(&post, count);
		sent += count;
		drain(&post, sent);
	}
	post_close(&post);
}

/* A record that is still being written holds up those behind it, and no other. */
static void test_unpublished(void)
{
	struct outbox_place *slow;
	struct post post;
	uint64_t number;

	post_open(&post, 64);
	post_send(&post, 6);
	drain(&post, 6);
	post_send(&post, 60);
	slow = claim(&post);
	number = post.books.given;
	post_send(&post, 3);
	drain(&post, 66);
	drain(&post, 66);
	publish(slow, number);
	drain(&post, 70);
	post_close(&post);
}

/* More than is mapped at a time; the kernel side hears of free places before all are read. */
static void test_many(void)
{
	struct post post;

	post_open(&post, 65536);
	post_send(&post, 60000);
	drain(&post, 60000);
	CHECK(post.told >= 60000 - 64 && post.told < 60000);
	post_send(&post, 60000);
	drain(&post, 120000);
	post_close(&post);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "empty", test_empty },
		{ "around", test_around },
		{ "unpublished", test_unpublished },
		{ "many", test_many },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
