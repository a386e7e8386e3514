// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The sessions of this kernel, by the best hook that works. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "cli/check.h"
#include "source.h"
#include "trace/choice.h"
#include "trace/feed.h"

struct kernel {
	struct source source; /* must be first */
	bool verbose;
	struct choice choice;
	struct feed *feed;
};

static struct kernel *kernel_of(const struct source *source)
{
	return (struct kernel *)source;
}

static int64_t kernel_since_ns(const struct source *source)
{
	return feed_since_ns(kernel_of(source)->feed);
}

static int kernel_watch(struct source *source, struct loop *loop)
{
	return tracer_watch(kernel_of(source)->choice.tracer, loop_epoll(loop));
}

static bool losses_readable(const void *arg)
{
	struct losses losses;

	return !tracer_losses(arg, &losses);
}

static void kernel_needs(const struct source *source, struct privilege_needs *needs)
{
	const struct kernel *kernel = kernel_of(source);

	needs->directories |= feed_has_cgroups(kernel->feed);
	needs->diagnosis |= feed_has_sockets(kernel->feed);
	needs->audit = true;
	needs->works = losses_readable;
	needs->arg = kernel->choice.tracer;
}

static void kernel_tell(const struct source *source)
{
	const struct kernel *kernel = kernel_of(source);

	if (kernel->verbose)
		check_print_brief(message_stream(), &kernel->choice);
	if (*kernel->choice.layout_why)
		message("warning: %s", kernel->choice.layout_why);
}

static void kernel_settle(struct source *source)
{
	(void)source;
	choice_settle();
}

static int kernel_drain(struct source *source)
{
	return feed_drain(kernel_of(source)->feed);
}

static void kernel_look(struct source *source)
{
	feed_look(kernel_of(source)->feed);
}

static bool kernel_is_over(const struct source *source)
{
	return feed_is_full(kernel_of(source)->feed);
}

static int kernel_losses(const struct source *source, struct losses *losses)
{
	return tracer_losses(kernel_of(source)->choice.tracer, losses);
}

static void kernel_stop(struct source *source)
{
	tracer_detach(kernel_of(source)->choice.tracer);
}

static bool kernel_end(struct source *source, char *why, size_t size)
{
	(void)why;
	(void)size;
	feed_end(kernel_of(source)->feed);
	return true;
}

static void kernel_free(struct source *source)
{
	struct kernel *kernel = kernel_of(source);

	choice_free(&kernel->choice);
	feed_free(kernel->feed);
	free(kernel);
}

static void tell_limits(const struct tracer *tracer)
{
	const struct limits *limits = tracer_limits(tracer);

	message("room for %u open sessions and %u KB of records; %llu KB of kernel memory used",
		limits->sessions, limits->buffer_bytes >> 10,
		(unsigned long long)tracer_footprint(tracer) >> 10);
}

static bool start(struct kernel *kernel, const struct trace_request *asked,
		  const struct filter *filter, char *why, size_t size)
{
	const char *impossible;

	if (!choice_make(&kernel->choice, asked)) {
		choice_why(&kernel->choice, why, size);
		return false;
	}
	impossible = filter_impossible(filter, choice_known(&kernel->choice));
	if (impossible) {
		snprintf(why, size, "%s", impossible);
		return false;
	}
	if (kernel->verbose)
		tell_limits(kernel->choice.tracer);
	feed_start(kernel->feed, &kernel->choice);
	return true;
}

struct source *source_kernel_new(const struct options *options, source_fn *fn, void *arg, char *why,
				 size_t size)
{
	static const struct source_ops ops = {
		.since_ns = kernel_since_ns,
		.watch = kernel_watch,
		.needs = kernel_needs,
		.tell = kernel_tell,
		.settle = kernel_settle,
		.drain = kernel_drain,
		.look = kernel_look,
		.is_over = kernel_is_over,
		.losses = kernel_losses,
		.stop = kernel_stop,
		.end = kernel_end,
		.free = kernel_free,
	};
	const struct trace_request asked = options_trace(options);
	const struct feed_request request = {
		.scope = &options->scope,
		.filter = &options->filter,
		.existing = options->existing,
		.open = options->open,
		.deltas = options->output.deltas,
		.host = asked.asks & ASKS_HOST,
		.cgroups = asked.asks & ASKS_CGROUP,
		.verbose = options->verbose,
		.most = options->count,
		.fn = fn,
		.arg = arg,
	};
	struct kernel *kernel = calloc(1, sizeof(*kernel));

	if (kernel) {
		kernel->source.ops = &ops;
		kernel->verbose = options->verbose;
		kernel->feed = feed_new(&request);
	}
	if (!kernel || !kernel->feed) {
		snprintf(why, size, "cannot start: %s", strerror(ENOMEM));
		free(kernel);
		return NULL;
	}
	if (start(kernel, &asked, &options->filter, why, size))
		return &kernel->source;
	kernel_free(&kernel->source);
	return NULL;
}
