// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The sessions of a file or pipe, as --json printed them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "source.h"
#include "trace/replay.h"

struct replay_source {
	struct source source; /* must be first */
	struct replay *replay;
	int64_t since_ns;
	bool always;   /* there is no need to wait until it is readable */
	bool readable; /* something can be read now */
	bool stopped;
};

static struct replay_source *replay_of(const struct source *source)
{
	return (struct replay_source *)source;
}

static int64_t since_ns(const struct source *source)
{
	return replay_of(source)->since_ns;
}

static void on_readable(void *arg)
{
	((struct replay_source *)arg)->readable = true;
}

static int watch(struct source *source, struct loop *loop)
{
	struct replay_source *r = replay_of(source);
	const int result = loop_watch(loop, replay_fd(r->replay), EPOLLIN, on_readable, r);

	/* A regular file, or a device such as /dev/null. */
	r->always = result == -EPERM;
	return r->always ? 0 : result;
}

static bool can_work(const void *arg)
{
	(void)arg;
	return true;
}

static void needs(const struct source *source, struct privilege_needs *needs)
{
	(void)source;
	needs->works = can_work;
}

static bool is_ready(const struct source *source)
{
	const struct replay_source *r = replay_of(source);

	return (r->always || r->readable) && !r->stopped;
}

static int drain(struct source *source)
{
	struct replay_source *r = replay_of(source);

	if (!is_ready(source) || replay_is_over(r->replay))
		return 0;
	r->readable = false;
	return replay_drain(r->replay);
}

static bool is_over(const struct source *source)
{
	return replay_is_over(replay_of(source)->replay);
}

static int losses(const struct source *source, struct losses *losses)
{
	*losses = replay_losses(replay_of(source)->replay);
	return 0;
}

static void stop(struct source *source)
{
	replay_of(source)->stopped = true;
}

static bool end(struct source *source, char *why, size_t size)
{
	return replay_end(replay_of(source)->replay, why, size);
}

static void free_source(struct source *source)
{
	replay_free(replay_of(source)->replay);
	free(source);
}

/* Reading what it writes would never end. */
static bool is_output(const struct options *options, int fd)
{
	struct stat in, out;

	return !fstat(fd, &in) && S_ISREG(in.st_mode) &&
	       !(options->output.file ? stat(options->output.file, &out)
				      : fstat(STDOUT_FILENO, &out)) &&
	       in.st_dev == out.st_dev && in.st_ino == out.st_ino;
}

static bool start(struct replay_source *r, const struct options *options, char *why, size_t size)
{
	if (!r->replay)
		return false;
	if (!is_output(options, replay_fd(r->replay)))
		return true;
	snprintf(why, size, "%s is both read and written: write to another file", options->read);
	return false;
}

struct source *source_replay_new(const struct options *options, source_fn *fn, void *arg, char *why,
				 size_t size)
{
	static const struct source_ops ops = {
		.since_ns = since_ns,
		.watch = watch,
		.needs = needs,
		.is_ready = is_ready,
		.drain = drain,
		.is_over = is_over,
		.losses = losses,
		.stop = stop,
		.end = end,
		.free = free_source,
	};
	/* Rows cannot show what an interim record is. */
	const bool rows = !options->output.stats && options->output.format != FORMAT_JSON;
	const struct replay_request request = {
		.name = options->read,
		.scope = &options->scope,
		.filter = &options->filter,
		.open = !rows || options->open || options->filter.endings >> ENDING_OPEN & 1,
		.interim = !rows,
		.extras = options->output.extras,
		.most = options->count,
		.fn = fn,
		.arg = arg,
	};
	struct replay_source *r = calloc(1, sizeof(*r));

	if (!r) {
		snprintf(why, size, "cannot start: %s", strerror(ENOMEM));
		return NULL;
	}
	r->source.ops = &ops;
	r->since_ns = clock_now_ns();
	r->replay = replay_new(&request, why, size);
	if (start(r, options, why, size))
		return &r->source;
	free_source(&r->source);
	return NULL;
}
