// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/message.h"
#include "base/privilege.h"
#include "base/signals.h"
#include "base/zone.h"
#include "output/sinks.h"
#include "source.h"

#define DRAIN_EVERY_MS 100  /* a record is printed within twice this */
#define STUCK_MS       1000 /* once ending, how long to wait for an output that takes nothing */

struct run {
	const struct options *options;
	struct source *source;
	struct writer *writer;
	struct sinks sinks;
	struct replacement *metrics; /* until the sinks own it */
	struct signals signals;
	struct loop *loop;
	int64_t deadline_ns; /* by clock_now_ns(); INT64_MAX: none */
	bool told;	     /* losses were printed on request; the sinks still need them */
	char *why;	     /* `size` bytes; "" until something fails */
	size_t size;
};

/* The reader is gone: what is not written from now on is not lost, since nobody wants it. */
static bool is_unwanted(const struct run *run)
{
	return writer_status(run->writer) == WRITER_CLOSED;
}

/* Keeps the first failure only. */
static void fail(struct run *run, const char *what, int error)
{
	if (error && !*run->why)
		snprintf(run->why, run->size, "%s: %s%s", what, strerror(-error),
			 error == -EMFILE ? ": allow more open files with ulimit -n" : "");
}

static bool is_over(const struct run *run)
{
	return run->signals.ended || run->source->ops->is_over(run->source) ||
	       sinks_are_over(&run->sinks) || writer_status(run->writer) != WRITER_OK || *run->why;
}

static void on_session(void *arg, const struct session *session)
{
	const struct run *run = arg;

	if (!is_unwanted(run))
		sinks_add(&run->sinks, session);
}

static struct losses losses_read(const struct run *run)
{
	const int64_t unwritten = is_unwanted(run) ? 0 : (int64_t)writer_lost(run->writer);
	struct losses losses = { 0 };
	int error = run->source->ops->losses(run->source, &losses);

	if (error) {
		message("cannot tell how much was not printed: %s", strerror(-error));
		losses = (struct losses){ -1, -1, 0, -1, -1, false };
	}
	if (unwritten || losses.output >= 0)
		losses.output = (losses.output > 0 ? losses.output : 0) + unwritten;
	return losses;
}

/* It was given, or the records come from a file. */
static bool existing_is_no_help(const struct run *run)
{
	return run->options->existing || run->options->read;
}

static void put_open(const struct run *run)
{
	const struct source_ops *ops = run->source->ops;

	if (sinks_want_open(&run->sinks))
		sinks_put_open(&run->sinks, ops->count_open ? ops->count_open(run->source) : -1);
}

static void put_losses(struct run *run, bool final)
{
	struct losses losses = losses_read(run);

	losses.final = final;
	run->told = false;
	sinks_put_losses(&run->sinks, &losses);
}

/* At the end, the sinks always get the losses, standard error only if there are any. */
static void report_losses(struct run *run)
{
	struct losses losses;

	put_open(run);
	put_losses(run, true);
	losses = losses_read(run);
	if (!losses_none(&losses))
		losses_print(message_stream(), &losses, existing_is_no_help(run));
}

static void reopen(struct run *run)
{
	const int error = writer_reopen(run->writer);

	if (error)
		message("cannot reopen %s: %s: still writing to the old file",
			outlet_name(writer_outlet(run->writer)), strerror(-error));
}

/* Handles what must not wait until the output takes data. */
static void on_signals(void *arg)
{
	struct run *run = arg;

	signals_take(&run->signals);
	if (run->signals.asked) {
		const struct losses losses = losses_read(run);

		losses_print(message_stream(), &losses, existing_is_no_help(run));
		run->signals.asked = false;
		run->told = true;
	}
}

/* Handles what must happen between two batches. */
static void after_signals(struct run *run)
{
	if (run->signals.typed)
		message_break_line();
	if (run->signals.reopen)
		reopen(run);
	if (run->told)
		put_losses(run, false);
	run->signals.typed = run->signals.reopen = false;
}

/*
 * Here the writer waits for its output, so that signals and the end of the duration are handled
 * meanwhile. The kernel side goes on, and counts what does not fit into its buffer.
 */
static bool wait_for_output(void *arg)
{
	struct run *run = arg;
	struct pollfd fds[] = {
		{ .fd = run->signals.fd, .events = POLLIN },
		{ .fd = outlet_fd(writer_outlet(run->writer)), .events = POLLOUT },
	};

	while (!run->signals.hurried) {
		const int64_t left = run->deadline_ns - clock_now_ns();
		const bool ending = run->signals.ended || left <= 0;
		const int64_t ms = left / 1000000 + 1;
		const int n = poll(fds, 2, ending ? STUCK_MS : ms < INT_MAX ? (int)ms : INT_MAX);

		if (n > 0 && fds[0].revents)
			on_signals(run);
		/*
		 * A terminal shared with another writer may poll as writable and still take
		 * nothing.
		 */
		if (n > 0 && fds[1].revents)
			poll(fds, 1, 1);
		if ((n > 0 && fds[1].revents) || (n < 0 && errno != EINTR))
			return true;
		if (!n && ending)
			return false;
	}
	return false;
}

/* Reads the records that wait and writes them. */
static void drain(struct run *run)
{
	fail(run, "cannot take records", run->source->ops->drain(run->source));
	writer_flush(run->writer);
}

/* How long to wait: until the next drain, or until something is due. */
static int wait_ms(const struct run *run, int64_t now)
{
	const int64_t sinks = sinks_due(&run->sinks);
	const int64_t due = sinks < run->deadline_ns ? sinks : run->deadline_ns;

	if (run->source->ops->is_ready && run->source->ops->is_ready(run->source))
		return 0;
	if (due - now > DRAIN_EVERY_MS * 1000000ll)
		return DRAIN_EVERY_MS;
	return due > now ? (int)((due - now + 999999) / 1000000) : 0;
}

static void tick(struct run *run)
{
	const int64_t now = clock_now_ns();

	if (sinks_look(&run->sinks, now))
		run->source->ops->look(run->source);
	if (sinks_count(&run->sinks, now)) {
		const struct losses losses = losses_read(run);

		put_open(run);
		sinks_put_count(&run->sinks, &losses, now);
	}
	sinks_tick(&run->sinks, now);
}

static void trace_until_ended(struct run *run)
{
	while (!is_over(run)) {
		const int64_t now = clock_now_ns();

		if (now >= run->deadline_ns)
			break;
		fail(run, "cannot wait for records", loop_wait(run->loop, wait_ms(run, now)));
		after_signals(run);
		drain(run);
		tick(run);
	}
	after_signals(run);
}

/*
 * From here on only the system calls that privilege.c lists work. Everything else that is needed
 * must be open by now.
 */
static void privileges_drop(struct run *run)
{
	const bool file = run->options->output.file;
	struct privilege_needs needs = {
		.reopening = file,
		.terminal = run->options->output.top_ns,
		.replacing = run->options->output.metrics,
	};
	char said[512];
	bool dropped;
	int error;

	run->source->ops->needs(run->source, &needs);
	zone_load();
	dropped = privilege_drop(&needs, said, sizeof(said));
	if (!dropped || run->options->verbose)
		message("%s%s", dropped ? "" : "warning: ", said);
	error = file && !run->signals.hangup_ends ? writer_reopen(run->writer) : 0;
	if (error)
		message("warning: without privileges, %s cannot be reopened at SIGHUP: %s: make "
			"the "
			"user who starts tcplife the owner of the file and its directory",
			run->options->output.file, strerror(-error));
}

static void on_output_closed(void *arg)
{
	const struct run *run = arg;

	writer_close(run->writer);
}

/* Opens all that can be opened before tracing begins. */
static bool outputs_open(struct run *run)
{
	const struct options *options = run->options;
	struct outlet *outlet;
	int error = signals_open(&run->signals, !options->output.file);

	message_start(run->signals.fd);
	outlet = options->output.file ? outlet_open(options->output.file, run->why, run->size)
				      : outlet_of(STDOUT_FILENO);
	run->loop = loop_new();
	if (!run->loop)
		error = -errno;
	run->writer = writer_new(&run->options->output, outlet);
	if (!run->writer)
		error = -ENOMEM;
	if (!error)
		error = loop_watch(run->loop, run->signals.fd, EPOLLIN, on_signals, run);
	fail(run, "cannot start", error);
	if (error)
		return false;
	if (options->output.metrics) {
		run->metrics = replacement_open(options->output.metrics, run->why, run->size);
		if (!run->metrics)
			return false;
	}
	writer_set_wait(run->writer, wait_for_output, run);
	/*
	 * epoll reports EPOLLERR for a pipe whose reader is gone. A file cannot be watched, and
	 * needs no watching.
	 */
	loop_watch(run->loop, outlet_fd(outlet), 0, on_output_closed, run);
	return true;
}

static source_new_fn *source_of(const struct options *options)
{
	if (options->read)
		return source_replay_new;
	return options->output.list ? source_sockets_new : source_kernel_new;
}

static bool source_start(struct run *run)
{
	const struct options *options = run->options;
	int64_t since_ns;

	run->source = source_of(options)(options, on_session, run, run->why, run->size);
	if (!run->source)
		return false;
	since_ns = run->source->ops->since_ns(run->source);
	if (options->duration_ns)
		run->deadline_ns = since_ns + (int64_t)options->duration_ns;
	if (!sinks_make(&run->sinks, &run->options->output, run->writer, run->metrics, since_ns))
		fail(run, "cannot start", -ENOMEM);
	run->metrics = NULL;
	fail(run, "cannot watch for records", run->source->ops->watch(run->source, run->loop));
	fail(run, "cannot watch for input", sinks_watch(&run->sinks, run->loop));
	return !*run->why;
}

static void output_end(struct run *run)
{
	char why[512];
	const bool useful = run->source->ops->end(run->source, why, sizeof(why));

	writer_flush(run->writer);
	sinks_end(&run->sinks, clock_now_ns());
	report_losses(run);
	if (!useful && !*run->why)
		snprintf(run->why, run->size, "%s", why);
	if (writer_status(run->writer) == WRITER_FAILED && !*run->why)
		snprintf(run->why, run->size, "cannot write to %s: %s%s",
			 outlet_name(writer_outlet(run->writer)),
			 strerror(writer_error(run->writer)),
			 writer_error(run->writer) == EFBIG ? ": raise the limit (ulimit -f)" : "");
}

static void run_free(struct run *run)
{
	if (run->source)
		run->source->ops->free(run->source);
	sinks_free(&run->sinks);
	replacement_free(run->metrics);
	writer_free(run->writer);
	loop_free(run->loop);
	signals_close(&run->signals);
}

bool run_trace(const struct options *options, char *why, size_t size)
{
	static struct run run;

	run = (struct run){
		.options = options, .deadline_ns = INT64_MAX, .why = why, .size = size
	};
	*why = '\0';
	if (outputs_open(&run) && source_start(&run)) {
		privileges_drop(&run);
		if (run.source->ops->tell)
			run.source->ops->tell(run.source);
		sinks_start(&run.sinks);
		if (run.source->ops->settle)
			run.source->ops->settle(run.source);
		trace_until_ended(&run);
		run.source->ops->stop(run.source);
		drain(&run);
		output_end(&run);
	}
	run_free(&run);
	if (!*why)
		signals_obey(&run.signals);
	return !*why;
}
