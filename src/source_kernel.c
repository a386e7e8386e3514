// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The sessions of this kernel, by the best hook that works. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "cli/check.h"
#include "session/netns.h"
#include "session/pidns.h"
#include "source.h"
#include "trace/choice.h"
#include "trace/feed.h"

struct kernel {
	struct source source; /* must be first */
	bool verbose;
	struct scope scope; /* with PIDs as in records */
	const struct filter *filter;
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
	message_warning(kernel->choice.layout_why);
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

/*
 * Of an open session only its ports are filtered; the local one is known once it is connected. What
 * else is asked for is known when it ends.
 */
static int64_t kernel_count_open(struct source *source)
{
	const struct kernel *kernel = kernel_of(source);
	const struct scope *scope = &kernel->scope;

	if (scope->family || scope->pid_count || filter_picks(kernel->filter))
		return -1;
	return tracer_count_open(kernel->choice.tracer, ports_empty(&scope->local_ports));
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
	netns_doubt(filter->netns, filter->netns_count);
	if (kernel->verbose)
		tell_limits(kernel->choice.tracer);
	feed_start(kernel->feed, &kernel->choice);
	return true;
}

/*
 * In a PID namespace of our own, the PIDs of -p are translated into those in records if we can see
 * the host's. False with a line in `why` if one is nobody's.
 */
static bool translate_pids(struct scope *scope, char *why, size_t size)
{
	uint32_t missing = 0;

	if (!pidns_differs())
		return true;
	if (!scope->pid_count)
		message("PIDs are the host's, not those of this PID namespace");
	else if (!pidns_proc())
		message("warning: -p and PID mean the host's PIDs, not those of this PID "
			"namespace: run it in the host's (--pid host), or add "
			"-v /proc:/host/proc:ro");
	else
		missing = pidns_translate(scope->pids, scope->pid_count);
	if (missing)
		snprintf(why, size, "-p: no process in this PID namespace has PID %u", missing);
	else if (scope->pid_count && pidns_proc())
		message("PIDs are the host's, but those of -p are of this PID namespace");
	return !missing;
}

static struct kernel *kernel_new(const struct options *options, unsigned asks, source_fn *fn,
				 void *arg)
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
		.count_open = kernel_count_open,
		.stop = kernel_stop,
		.end = kernel_end,
		.free = kernel_free,
	};
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	const struct feed_request request = {
		.scope = kernel ? &kernel->scope : NULL,
		.filter = &options->filter,
		.existing = options->existing,
		.open = options->open,
		.deltas = options->output.deltas,
		.host = asks & ASKS_HOST,
		.extras = options->output.extras,
		.cgroups = asks & ASKS_CGROUP,
		.thinned = options->output.metrics,
		.verbose = options->verbose,
		.most = options->count,
		.fn = fn,
		.arg = arg,
	};

	if (!kernel)
		return NULL;
	kernel->source.ops = &ops;
	kernel->verbose = options->verbose;
	kernel->scope = options->scope;
	kernel->filter = &options->filter;
	kernel->feed = feed_new(&request);
	if (kernel->feed)
		return kernel;
	free(kernel);
	return NULL;
}

struct source *source_kernel_new(const struct options *options, source_fn *fn, void *arg, char *why,
				 size_t size)
{
	struct trace_request asked = options_trace(options);
	struct kernel *kernel = kernel_new(options, asked.asks, fn, arg);

	if (!kernel) {
		snprintf(why, size, "cannot start: %s", strerror(ENOMEM));
		return NULL;
	}
	asked.scope = &kernel->scope;
	if (translate_pids(&kernel->scope, why, size) &&
	    start(kernel, &asked, &options->filter, why, size))
		return &kernel->source;
	kernel_free(&kernel->source);
	return NULL;
}
