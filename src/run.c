// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "session/cgroups.h"
#include "cli/check.h"
#include "trace/choice.h"
#include "bpf/rehearsal.h"
#include "session/existing.h"
#include "probe-select/hook.h"
#include "base/message.h"
#include "base/signals.h"
#include "trace/losses.h"
#include "trace/open.h"
#include "base/privilege.h"
#include "session/proc.h"
#include "output/report.h"
#include "session/scope.h"
#include "session/session.h"
#include "session/sock_diag.h"
#include "output/writer.h"
#include "base/zone.h"

#define DRAIN_EVERY_MS 100 /* a record shows within twice this */
#define CLOCK_SET_NS   50000000
#define STUCK_MS       1000 /* once told to end: an output that takes nothing for so long is given up */

struct run {
	const struct options *options;
	struct output_request request;
	struct choice choice;
	struct session_view view;
	struct writer *writer;
	struct report *report;	   /* NULL: sessions are printed, not statistics */
	struct cgroups *cgroups;   /* NULL: not asked for, or there are none */
	struct sock_diag *diag;	   /* NULL: not asked for, or not to be had */
	struct existing *existing; /* likewise */
	enum writer_status status; /* of the last write */
	struct signals signals;
	int epoll;
	int output;	     /* what is watched for a reader that goes */
	int64_t deadline_ns; /* by clock_now_ns(); INT64_MAX: none */
	uint64_t printed;    /* sessions, or those that the report counts */
	bool told;	     /* of its losses on standard error, and JSON is to have them, too */
	char *why;	     /* of `size`; "" until it fails */
	size_t size;
};

static bool count_reached(const struct run *run)
{
	return run->options->count && run->printed >= run->options->count;
}

/* The reader has gone: what is not written from now on is not lost, since nobody wants it. */
static bool is_unwanted(const struct run *run)
{
	return run->status == WRITER_CLOSED;
}

/* What fails first is what is told. */
static void fail(struct run *run, const char *what, int error)
{
	if (error && !*run->why)
		snprintf(run->why, run->size, "%s: %s%s", what, strerror(-error),
			 error == -EMFILE ? ": allow more open files with ulimit -n" : "");
}

static bool is_over(const struct run *run)
{
	return run->signals.ended || count_reached(run) || run->status != WRITER_OK || *run->why;
}

/* Writes it, or counts it in the statistics. */
static void print(struct run *run, struct session *session)
{
	session->cgroup = cgroups_path(run->cgroups, session->cgroup_id);
	if (run->report) {
		report_add(run->report, session);
		return;
	}
	run->status = writer_add(run->writer, session);
}

/* A session older than the tracer: the kernel side has neither its owner nor all of its filters. */
static bool complete_old(const struct run *run, struct record *record)
{
	if (!(run->view.known & KNOWS(FIELD_NETNS_INUM)))
		record->netns = 0;
	if (run->existing)
		existing_complete(run->existing, record);
	return !record->unborn || scope_has(&run->options->scope, record);
}

/* Played by some tcplife that looked for the layout. */
static bool is_rehearsal(const struct record *r)
{
	return rehearsal_is(r->laddr, r->lport, r->raddr, r->rport);
}

static void on_record(void *arg, const struct record *record)
{
	struct run *run = arg;
	struct record known = *record;
	struct session session;

	if (is_rehearsal(record))
		return;
	if (run->options->existing && !complete_old(run, &known))
		return;
	if (count_reached(run) || is_unwanted(run))
		return;
	session_read(&session, &known, &run->view);
	if (!filter_accepts(&run->options->filter, &session))
		return;
	print(run, &session);
	run->printed++;
}

/* Nobody has closed its socket: the owner is not known, so that it is nobody's that is asked for.
 */
static void on_held(void *arg, const struct record *record)
{
	const struct run *run = arg;

	if (record->unborn || scope_has(&run->options->scope, record))
		on_record(arg, record);
}

static void on_open(void *arg, const struct record *record, bool counted)
{
	struct run *run = arg;
	struct session session;

	if (is_unwanted(run) || is_rehearsal(record) || !scope_has(&run->options->scope, record))
		return;
	session_read_open(&session, record, &run->view, counted);
	if (filter_accepts(&run->options->filter, &session))
		print(run, &session);
}

static void warn(const char *why)
{
	if (*why)
		message("warning: %s", why);
}

/* What tracing cannot tell, the kernel's list of sockets does. */
static void diagnose(struct run *run)
{
	const struct options *options = run->options;
	char why[256];

	if (!options->existing && !options->open)
		return;
	if (proc_blindness())
		warn(proc_blindness());
	run->diag = sock_diag_new(why, sizeof(why));
	warn(why);
	if (!options->existing || !run->diag)
		return;
	run->existing = existing_new(run->diag, tracer_room(run->choice.tracer)->sessions, why,
				     sizeof(why));
	warn(run->existing ? why : "no memory for the sessions that are older than the tracer");
}

/* The sessions that have ended, and whose sockets nobody has closed. */
static void release(struct run *run)
{
	int result = tracer_release(run->choice.tracer, on_held, run);

	if (result)
		fprintf(stderr,
			"tcplife: warning: sessions whose sockets are not closed yet are not all "
			"printed: %s\n",
			strerror(-result));
	if (run->status == WRITER_OK)
		run->status = writer_flush(run->writer);
}

/* The sessions that have not ended. */
static void list_open(struct run *run)
{
	const struct open_request request = {
		.tracer = run->choice.tracer,
		.diag = run->diag,
		.existing = run->existing,
		.netns_known = run->view.known & KNOWS(FIELD_NETNS_INUM),
		.bytes_known = layout_has(&run->choice.layout, FIELD_BYTES_ACKED) &&
			       layout_has(&run->choice.layout, FIELD_BYTES_RECEIVED),
		.most = tracer_room(run->choice.tracer)->sessions,
		.fn = on_open,
		.arg = run,
	};
	int result = open_list(&request);

	if (result)
		message("warning: not all open sessions are listed: %s", strerror(-result));
	if (run->status == WRITER_OK)
		run->status = writer_flush(run->writer);
}

static int watch(int epoll, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static struct losses losses_read(const struct run *run)
{
	struct losses losses;
	int error = tracer_losses(run->choice.tracer, &losses);

	if (error) {
		message("what was not printed cannot be told: %s", strerror(-error));
		losses = (struct losses){ -1, -1, -1, -1, -1 };
	}
	losses.output = is_unwanted(run) ? 0 : (int64_t)writer_lost(run->writer);
	return losses;
}

/* An object among the records, or the last one. */
static void write_losses(struct run *run)
{
	const struct losses losses = losses_read(run);

	run->told = false;
	if (run->options->format != FORMAT_JSON || run->status != WRITER_OK)
		return;
	losses_put_json(writer_room(run->writer), &losses);
	run->status = writer_flush(run->writer);
}

/* At the end: in JSON always, else if there were any. */
static void report_losses(struct run *run)
{
	struct losses losses;

	write_losses(run);
	losses = losses_read(run);
	if (!losses_none(&losses))
		losses_print(message_stream(), &losses, run->options->existing);
}

static void reopen(struct run *run)
{
	const int error = writer_reopen(run->writer);

	if (error)
		message("cannot open %s anew: %s: goes on with the old file",
			outlet_name(writer_outlet(run->writer)), strerror(-error));
}

/* What must not wait until the output takes something. */
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

/* Between two batches. */
static void after_signals(struct run *run)
{
	if (run->signals.typed)
		message_break_line();
	if (run->signals.reopen)
		reopen(run);
	if (run->told)
		write_losses(run);
	run->signals.typed = run->signals.reopen = false;
}

/*
 * The writer waits for its output here, so that signals and the end of the duration are heeded
 * meanwhile. The kernel side goes on, and counts what the buffer has no room for.
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
		/* A terminal that another process writes to may be writable and take nothing. */
		if (n > 0 && fds[1].revents)
			poll(fds, 1, 1);
		if ((n > 0 && fds[1].revents) || (n < 0 && errno != EINTR))
			return true;
		if (!n && ending)
			return false;
	}
	return false;
}

static void view_set(struct run *run)
{
	run->view = (struct session_view){
		.known = choice_known(&run->choice),
		.wall_offset_ns = clock_wall_ns() - clock_now_ns(),
		.since_ns = clock_now_ns(),
	};
}

/* Takes what waits in the buffer and writes it out. */
static void drain(struct run *run)
{
	int64_t offset = clock_wall_ns() - clock_now_ns();

	/* The wall clock may be set while we run; what is less than that is only noise. */
	if (llabs(offset - run->view.wall_offset_ns) > CLOCK_SET_NS)
		run->view.wall_offset_ns = offset;
	fail(run, "cannot take records from the kernel", tracer_drain(run->choice.tracer));
	if (run->status == WRITER_OK)
		run->status = writer_flush(run->writer);
}

/* Until the buffer is to be drained, or something is due before. */
static int wait_ms(const struct run *run, int64_t now)
{
	int64_t due = run->deadline_ns;

	if (run->report && report_due(run->report) < due)
		due = report_due(run->report);
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
			run->status = WRITER_CLOSED;
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
		if (run->report && run->status == WRITER_OK)
			run->status = report_tick(run->report, clock_now_ns());
	}
	after_signals(run);
}

static bool losses_readable(const void *arg)
{
	struct losses losses;

	return !tracer_losses(arg, &losses);
}

/* From here on only those system calls work that privilege.c lists: whatever else is needed, to the
 * end, must be open by now. */
static void privileges_drop(struct run *run)
{
	const bool file = run->options->output;
	const struct privilege_needs needs = {
		.directories = run->cgroups,
		.reopening = file,
		.diagnosis = run->diag && run->options->open,
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
		message("warning: once privileges are dropped, %s cannot be opened anew at SIGHUP: "
			"%s: let the user who starts this own the file and its folder",
			run->options->output, strerror(-error));
}

static void say_room(const struct tracer *tracer)
{
	const struct room *room = tracer_room(tracer);

	message("room for %u open sessions, and %u KB for records that wait; %llu KB of kernel "
		"memory "
		"are taken",
		room->sessions, room->buffer_bytes >> 10,
		(unsigned long long)tracer_footprint(tracer) >> 10);
}

/* Everything that can be opened before tracing begins. */
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
	/* A pipe whose reader goes is told as an error; a file cannot be watched, and never goes.
	 */
	run->output = outlet_fd(outlet);
	watch(run->epoll, run->output, 0);
	return true;
}

static bool tracing_start(struct run *run)
{
	const struct options *options = run->options;

	if (!choice_make(&run->choice, options, on_record, run)) {
		choice_why(&run->choice, options, run->why, run->size);
		return false;
	}
	view_set(run);
	if (options->verbose)
		say_room(run->choice.tracer);
	diagnose(run);
	if (options_asks(options) & ASKS_CGROUP)
		run->cgroups = cgroups_new();
	if (options->duration_ns)
		run->deadline_ns = run->view.since_ns + (int64_t)options->duration_ns;
	if (options->stats) {
		run->report = report_new(&run->request, run->writer, run->view.since_ns);
		if (!run->report)
			fail(run, "cannot start", -ENOMEM);
	}
	fail(run, "cannot watch for records", tracer_watch(run->choice.tracer, run->epoll));
	return !*run->why;
}

static void start_told(struct run *run)
{
	if (run->options->verbose) {
		check_print_brief(message_stream(), &run->choice);
	}
	warn(run->choice.layout_why);
}

static void output_end(struct run *run)
{
	if (run->options->open)
		list_open(run);
	if (run->report && run->status == WRITER_OK)
		run->status = report_end(run->report, clock_now_ns());
	report_losses(run);
	if (run->status == WRITER_FAILED && !*run->why)
		snprintf(run->why, run->size, "cannot write to %s: %s%s",
			 outlet_name(writer_outlet(run->writer)),
			 strerror(writer_error(run->writer)),
			 writer_error(run->writer) == EFBIG ? ": raise the limit (ulimit -f)" : "");
}

static void run_free(struct run *run)
{
	choice_free(&run->choice);
	report_free(run->report);
	writer_free(run->writer);
	cgroups_free(run->cgroups);
	existing_free(run->existing);
	sock_diag_free(run->diag);
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
		if (!run.report)
			run.status = writer_start(run.writer);
		hook_reap();
		trace_until_ended(&run);
		tracer_detach(run.choice.tracer);
		drain(&run);
		release(&run);
		output_end(&run);
	}
	run_free(&run);
	if (!*why)
		signals_obey(&run.signals);
	return !*why;
}
