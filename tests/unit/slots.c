// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reading the slots, with a memory file in place of the map. */
#include "trace/slots.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "bpf/slots.h"
#include "bpf/record.h"

/* The kernel side, and what the reader has received. */
struct post {
	int fd;
	size_t size;
	uint32_t count;
	struct slot *map;
	struct slot_positions positions;
	struct slot_ring *slots;
	uint64_t received; /* in the order in which they were sent */
	uint64_t told;	   /* the consumer position when the newest one arrived */
};

static void post_open(struct post *post, uint32_t count)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	*post = (struct post){ .count = count };
	post->size = (count * sizeof(*post->map) + page - 1) & ~(page - 1);
	post->fd = memfd_create("unit", MFD_CLOEXEC);
	if (!CHECK(post->fd >= 0 && !ftruncate(post->fd, (off_t)post->size)))
		exit(1);
	post->map = mmap(NULL, post->size, PROT_READ | PROT_WRITE, MAP_SHARED, post->fd, 0);
	post->slots = slot_ring_new(post->fd, count, &post->positions);
	if (!CHECK(post->map != MAP_FAILED && post->slots))
		exit(1);
}

static void post_close(struct post *post)
{
	slot_ring_free(post->slots);
	munmap(post->map, post->size);
	close(post->fd);
}

static struct slot *claim(struct post *post)
{
	return &post->map[post->positions.producer++ & (post->count - 1)];
}

static void publish(struct slot *slot, uint64_t number)
{
	slot->record.pid = (uint32_t)number;
	slot->number = number;
}

static void post_send(struct post *post, uint64_t count)
{
	while (count--) {
		struct slot *slot = claim(post);

		publish(slot, post->positions.producer);
	}
}

static void drain(struct post *post, uint64_t received)
{
	const struct record *record;
	int result;

	/* Records are identified by their pid, which is their number. */
	while ((result = slot_ring_next(post->slots, &record)) > 0) {
		CHECK(record->pid == (uint32_t)(post->received + 1));
		post->received++;
		post->told = post->positions.consumer;
	}
	CHECK(!result);
	CHECK(post->received == received);
	CHECK(post->positions.consumer == received);
}

static void test_empty(void)
{
	struct post post;

	post_open(&post, 64);
	drain(&post, 0);
	post_close(&post);
}

/* Slots are reused, whether all of them are in use or a few. */
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

/* A record that is still being written holds up those after it only. */
static void test_unpublished(void)
{
	struct slot *slow;
	struct post post;
	uint64_t number;

	post_open(&post, 64);
	post_send(&post, 6);
	drain(&post, 6);
	post_send(&post, 60);
	slow = claim(&post);
	number = post.positions.producer;
	post_send(&post, 3);
	drain(&post, 66);
	drain(&post, 66);
	publish(slow, number);
	drain(&post, 70);
	post_close(&post);
}

/* More than is mapped at once. The kernel side learns of free slots before all are read. */
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
