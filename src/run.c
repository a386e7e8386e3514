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
#include "base/message.h"
#include "base/privilege.h"
#include "base/signals.h"
#include "base/zone.h"
#include "cli/check.h"
#include "output/sink.h"
#include "trace/choice.h"
#include "trace/feed.h"

#define DRAIN_EVERY_MS 100  /* a record is printed within twice this */
#define STUCK_MS       1000 /* once ending, how long to wait for an output that takes nothing */

struct run {
	const struct options *options;
	struct output_request request;
	struct choice choice;
	struct feed *feed;
	struct writer *writer;
	struct sink *sink;
	struct signals signals;
	int epoll;
	int output;	     /* watched for a reader that goes away */
	int64_t deadline_ns; /* by clock_now_ns(); INT64_MAX: none */
	bool told;	     /* losses were printed on request; the sink still needs them */
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
	return run->signals.ended || feed_is_full(run->feed) ||
	       writer_status(run->writer) != WRITER_OK || *run->why;
}

static void on_session(void *arg, const struct session *session)
{
	const struct run *run = arg;

	if (!is_unwanted(run))
		sink_add(run->sink, session);
}

static void warn(const char *why)
{
	if (*why)
		message("warning: %s", why);
}

static int watch(int epoll, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static struct losses losses_read(const struct run *run)
{
	struct losses losses = { 0 };
	int error = tracer_losses(run->choice.tracer, &losses);

	if (error) {
		message("cannot tell how much was not printed: %s", strerror(-error));
		losses = (struct losses){ -1, -1, -1, -1, -1, false };
	}
	losses.output = is_unwanted(run) ? 0 : (int64_t)writer_lost(run->writer);
	return losses;
}

static void put_losses(struct run *run, bool final)
{
	struct losses losses = losses_read(run);

	losses.final = final;
	run->told = false;
	sink_put_losses(run->sink, &losses);
}

/* At the end, the sink always gets the losses, standard error only if there are any. */
static void report_losses(struct run *run)
{
	struct losses losses;

	put_losses(run, true);
	losses = losses_read(run);
	if (!losses_none(&losses))
		losses_print(message_stream(), &losses, run->options->existing);
}

static void reopen(struct run *run)
{
	const int error = writer_reopen(run->writer);

	if (error)
		message("cannot reopen %s: %s: still writing to the old file",
			outlet_name(writer_outlet(run->writer)), strerror(-error));
}

/* Handles what must not wait until the output takes data. */
static void on_signals(struct run *run)
{
	signals_take(&run->signals);
	if (run->signals.asked) {
		const struct losses losses = losses_read(run);

		losses_print(message_stream(), &losses, run->options->existing);
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
	fail(run, "cannot take records from the kernel", feed_drain(run->feed));
	writer_flush(run->writer);
}

/* How long to wait: until the next drain, or until something is due. */
static int wait_ms(const struct run *run, int64_t now)
{
	int64_t due = run->deadline_ns;

	if (sink_due(run->sink) < due)
		due = sink_due(run->sink);
	if (due - now > DRAIN_EVERY_MS * 1000000ll)
		return DRAIN_EVERY_MS;
	return due > now ? (int)((due - now + 999999) / 1000000) : 0;
}

static void wait_for_events(struct run *run, int ms)
{
	struct epoll_event events[8];
	const int n = epoll_wait(run->epoll, events, 8, ms);

	if (n < 0 && errno != EINTR)
		fail(run, "cannot wait for records", -errno);
	for (int i = 0; i < n; i++)
		if (events[i].data.fd == run->signals.fd)
			on_signals(run);
		else if (events[i].data.fd == run->output)
			writer_close(run->writer);
	after_signals(run);
}

static void trace_until_ended(struct run *run)
{
	while (!is_over(run)) {
		const int64_t now = clock_now_ns();

		if (now >= run->deadline_ns)
			break;
		wait_for_events(run, wait_ms(run, now));
		drain(run);
		sink_tick(run->sink, clock_now_ns());
	}
	after_signals(run);
}

static bool losses_readable(const void *arg)
{
	struct losses losses;

	return !tracer_losses(arg, &losses);
}

/*
 * From here on only the system calls that privilege.c lists work. Everything else that is needed
 * must be open by now.
 */
static void privileges_drop(struct run *run)
{
	const bool file = run->options->output;
	const struct privilege_needs needs = {
		.directories = feed_has_cgroups(run->feed),
		.reopening = file,
		.diagnosis = feed_has_sockets(run->feed),
		.audit = true,
		.works = losses_readable,
		.arg = run->choice.tracer,
	};
	char said[512];
	bool dropped;
	int error;

	zone_load();
	dropped = privilege_drop(&needs, said, sizeof(said));
	if (!dropped || run->options->verbose)
		message("%s%s", dropped ? "" : "warning: ", said);
	error = file && !run->signals.hangup_ends ? writer_reopen(run->writer) : 0;
	if (error)
		message("warning: without privileges, %s cannot be reopened at SIGHUP: %s: make "
			"the "
			"user who starts tcplife the owner of the file and its directory",
			run->options->output, strerror(-error));
}

static void say_limits(const struct tracer *tracer)
{
	const struct limits *limits = tracer_limits(tracer);

	message("room for %u open sessions and %u KB of records; %llu KB of kernel memory used",
		limits->sessions, limits->buffer_bytes >> 10,
		(unsigned long long)tracer_footprint(tracer) >> 10);
}

/* Opens all that can be opened before tracing begins. */
static bool outputs_open(struct run *run)
{
	const struct options *options = run->options;
	struct outlet *outlet;
	int error = signals_open(&run->signals, !options->output);

	message_start(run->signals.fd);
	outlet = options->output ? outlet_open(options->output, run->why, run->size)
				 : outlet_of(STDOUT_FILENO);
	run->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (run->epoll < 0)
		error = -errno;
	run->writer = writer_new(&run->request, outlet);
	if (!run->writer)
		error = -ENOMEM;
	if (!error)
		error = watch(run->epoll, run->signals.fd, EPOLLIN);
	fail(run, "cannot start", error);
	if (error)
		return false;
	writer_set_wait(run->writer, wait_for_output, run);
	/*
	 * epoll reports EPOLLERR for a pipe whose reader is gone. A file cannot be watched, and
	 * needs no watching.
	 */
	run->output = outlet_fd(outlet);
	watch(run->epoll, run->output, 0);
	return true;
}

static bool tracing_start(struct run *run)
{
	const struct options *options = run->options;
	const struct trace_request asked = options_trace(options);
	const struct feed_request request = {
		.scope = &options->scope,
		.filter = &options->filter,
		.existing = options->existing,
		.open = options->open,
		.cgroups = asked.asks & ASKS_CGROUP,
		.most = options->count,
		.fn = on_session,
		.arg = run,
	};

	run->feed = feed_new(&request);
	if (!run->feed) {
		fail(run, "cannot start", -ENOMEM);
		return false;
	}
	if (!choice_make(&run->choice, &asked)) {
		choice_why(&run->choice, run->why, run->size);
		return false;
	}
	if (options->verbose)
		say_limits(run->choice.tracer);
	feed_start(run->feed, &run->choice);
	if (options->duration_ns)
		run->deadline_ns = feed_since_ns(run->feed) + (int64_t)options->duration_ns;
	run->sink = sink_new(&run->request, run->writer, feed_since_ns(run->feed));
	if (!run->sink)
		fail(run, "cannot start", -ENOMEM);
	fail(run, "cannot watch for records", tracer_watch(run->choice.tracer, run->epoll));
	return !*run->why;
}

static void start_told(struct run *run)
{
	if (run->options->verbose)
		check_print_brief(message_stream(), &run->choice);
	warn(run->choice.layout_why);
}

static void output_end(struct run *run)
{
	feed_end(run->feed);
	writer_flush(run->writer);
	sink_end(run->sink, clock_now_ns());
	report_losses(run);
	if (writer_status(run->writer) == WRITER_FAILED && !*run->why)
		snprintf(run->why, run->size, "cannot write to %s: %s%s",
			 outlet_name(writer_outlet(run->writer)),
			 strerror(writer_error(run->writer)),
			 writer_error(run->writer) == EFBIG ? ": raise the limit (ulimit -f)" : "");
}

static void run_free(struct run *run)
{
	choice_free(&run->choice);
	feed_free(run->feed);
	sink_free(run->sink);
	writer_free(run->writer);
	if (run->epoll >= 0)
		close(run->epoll);
	signals_close(&run->signals);
}

bool run_trace(const struct options *options, char *why, size_t size)
{
	static struct run run;

	run = (struct run){ .options = options,
			    .request = options_output(options),
			    .epoll = -1,
			    .deadline_ns = INT64_MAX,
			    .why = why,
			    .size = size };
	*why = '\0';
	if (outputs_open(&run) && tracing_start(&run)) {
		privileges_drop(&run);
		start_told(&run);
		sink_start(run.sink);
		choice_settle();
		trace_until_ended(&run);
		tracer_detach(run.choice.tracer);
		drain(&run);
		output_end(&run);
	}
	run_free(&run);
	if (!*why)
		signals_obey(&run.signals);
	return !*why;
}
