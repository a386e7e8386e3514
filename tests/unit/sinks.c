// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Several sinks at once, one of which reads a descriptor. */
#include "output/sinks.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "check.h"

struct fake {
	struct sink sink; /* must be first */
	unsigned sessions, ticks, losses, freed;
	int64_t due_ns;
	char read;
};

static struct fake *fake_of(const struct sink *sink)
{
	return (struct fake *)sink;
}

static void fake_add(struct sink *sink, const struct session *s)
{
	fake_of(sink)->sessions += s->pid;
}

static int64_t fake_due(const struct sink *sink)
{
	return fake_of(sink)->due_ns;
}

static void fake_tick(struct sink *sink, int64_t now_ns)
{
	fake_of(sink)->ticks++;
	fake_of(sink)->due_ns = now_ns + 10;
}

static void fake_readable(struct sink *sink)
{
	CHECK(read(sink->fd, &fake_of(sink)->read, 1) == 1);
	sink->over = fake_of(sink)->read == 'q';
}

static void fake_put_losses(struct sink *sink, const struct losses *losses)
{
	fake_of(sink)->losses += (unsigned)losses->buffer;
}

static void fake_free(struct sink *sink)
{
	fake_of(sink)->freed++;
}

/* The least that a sink does, and all that one may do except for start() and end(). */
static const struct sink_ops plain_ops = {
	.add = fake_add,
	.put_losses = fake_put_losses,
	.free = fake_free,
};
static const struct sink_ops full_ops = {
	.add = fake_add,
	.due = fake_due,
	.tick = fake_tick,
	.readable = fake_readable,
	.put_losses = fake_put_losses,
	.free = fake_free,
};

static void test_all_get_all(void)
{
	struct fake plain = { .sink.ops = &plain_ops }, full = { .sink.ops = &full_ops };
	struct sinks sinks = { .list = { &plain.sink, &full.sink }, .count = 2 };
	const struct session session = { .pid = 7 };
	const struct losses losses = { .buffer = 3 };

	sinks_start(&sinks);
	sinks_add(&sinks, &session);
	sinks_add(&sinks, &session);
	sinks_put_losses(&sinks, &losses);
	sinks_end(&sinks, 0);
	sinks_free(&sinks);
	CHECK(plain.sessions == 14 && full.sessions == 14);
	CHECK(plain.losses == 3 && full.losses == 3);
	CHECK(plain.freed == 1 && full.freed == 1 && !sinks.count);
}

/* Sessions that are thinned out, and the losses before a tick, go to those that ask for them. */
static void test_counting(void)
{
	struct fake plain = { .sink.ops = &plain_ops };
	struct fake counting = { .sink = { .ops = &full_ops, .counts = true, .thinned = true },
				 .due_ns = 5 };
	struct sinks sinks = { .list = { &plain.sink, &counting.sink }, .count = 2 };
	const struct session thinned = { .pid = 7, .thinned = true };
	const struct losses losses = { .buffer = 3 };

	sinks_add(&sinks, &thinned);
	CHECK(!plain.sessions && counting.sessions == 7);
	CHECK(!sinks_count(&sinks, 4) && sinks_count(&sinks, 5));
	sinks_put_count(&sinks, &losses, 4);
	CHECK(!counting.losses);
	sinks_put_count(&sinks, &losses, 5);
	CHECK(!plain.losses && counting.losses == 3);
}

/* The first that is due decides how long to wait; only those that are due are called. */
static void test_due(void)
{
	struct fake plain = { .sink.ops = &plain_ops };
	struct fake early = { .sink.ops = &full_ops, .due_ns = 5 };
	struct fake late = { .sink.ops = &full_ops, .due_ns = 8 };
	struct sinks sinks = { .list = { &plain.sink, &late.sink, &early.sink }, .count = 3 };
	const struct sinks alone = { .list = { &plain.sink }, .count = 1 };

	CHECK(sinks_due(&alone) == INT64_MAX);
	CHECK(sinks_due(&sinks) == 5);
	sinks_tick(&sinks, 4);
	CHECK(!early.ticks && !late.ticks);
	sinks_tick(&sinks, 6);
	CHECK(early.ticks == 1 && !late.ticks && sinks_due(&sinks) == 8);
	sinks_tick(&sinks, 16);
	CHECK(early.ticks == 2 && late.ticks == 1 && sinks_due(&sinks) == 26);
}

/* What a sink reads may end the run. */
static void test_readable(void)
{
	struct fake plain = { .sink.ops = &plain_ops }, full = { .sink.ops = &full_ops };
	const struct sinks sinks = { .list = { &plain.sink, &full.sink }, .count = 2 };
	struct loop *loop = loop_new();
	int ends[2];

	if (!CHECK(loop && !pipe(ends)))
		return;
	full.sink.fd = ends[0];
	CHECK(!sinks_watch(&sinks, loop));
	CHECK(!loop_wait(loop, 0) && !full.read);
	CHECK(write(ends[1], "x", 1) == 1);
	CHECK(!loop_wait(loop, -1) && full.read == 'x' && !sinks_are_over(&sinks));
	CHECK(write(ends[1], "q", 1) == 1);
	CHECK(!loop_wait(loop, -1) && sinks_are_over(&sinks));
	close(ends[0]);
	close(ends[1]);
	loop_free(loop);
}

static void count(void *arg)
{
	++*(unsigned *)arg;
}

/* A descriptor without a function only ends the wait; a closed one is refused. */
static void test_loop(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct loop *loop = loop_new();
	unsigned called = 0;
	int silent[2], heard[2];

	if (!CHECK(loop && !pipe(silent) && !pipe(heard)))
		return;
	event.data.fd = silent[0];
	CHECK(!epoll_ctl(loop_epoll(loop), EPOLL_CTL_ADD, silent[0], &event));
	CHECK(!loop_watch(loop, heard[0], EPOLLIN, count, &called));
	CHECK(write(silent[1], "x", 1) == 1);
	CHECK(!loop_wait(loop, -1) && !called);
	CHECK(write(heard[1], "x", 1) == 1);
	CHECK(!loop_wait(loop, -1) && called == 1);
	for (size_t i = 0; i < 2; i++) {
		close(silent[i]);
		close(heard[i]);
	}
	CHECK(loop_watch(loop, heard[0], EPOLLIN, count, &called) == -EBADF);
	loop_free(loop);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "all-get-all", test_all_get_all },
		{ "counting", test_counting },
		{ "due", test_due },
		{ "readable", test_readable },
		{ "loop", test_loop },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
