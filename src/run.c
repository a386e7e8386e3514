// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "choice.h"
#include "session.h"
#include "writer.h"

#define DRAIN_EVERY_MS 100 /* a record shows within twice this */

struct run {
	const struct options *options;
	struct choice choice;
	struct session_view view;
	struct writer *writer;
	enum writer_status status; /* of the last write */
	int signals; /* signalfd; -1 */
	int epoll;
	int64_t deadline_ns; /* CLOCK_MONOTONIC; INT64_MAX: none */
	uint64_t printed;
	bool ended;
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool count_reached(const struct run *run)
{
	return run->options->count && run->printed >= run->options->count;
}

static void on_record(void *arg, const struct record *record)
{
	struct run *run = arg;
	struct session session;

	if (count_reached(run) || run->status != WRITER_OK)
		return;
	session_read(&session, record, &run->view);
	run->status = writer_add(run->writer, &session);
	run->printed++;
}

static int watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int signals_open(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Losses, if there were any, in one line. */
static void report_losses(const struct run *run, bool always)
{
	struct tracer_losses l;

	tracer_losses(run->choice.tracer, &l);
	if (!always && !l.buffer && !l.sessions && !l.missed && !l.unborn)
		return;
	fprintf(stderr,
		"tcplife: not printed: %" PRIu64 " lost to a full buffer, %" PRIu64
		" to a full session table (--max-sessions), %" PRIu64 " state changes the kernel skipped, %" PRIu64
		" sessions begun before tracing%s\n",
		l.buffer, l.sessions, l.missed, l.unborn,
		run->options->existing ? "" : " (--existing prints them)");
}

static void on_signal(struct run *run)
{
	struct signalfd_siginfo info;

	while (read(run->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGUSR1)
			report_losses(run, true);
		else
			run->ended = true;
	}
}

static void view_set(struct run *run)
{
	const struct layout *layout = &run->choice.layout;

	run->view = (struct session_view){
		.bytes = layout_has(layout, FIELD_BYTES_ACKED) && layout_has(layout, FIELD_BYTES_RECEIVED),
		.error = layout_has(layout, FIELD_SK_ERR),
		.flags = layout_has(layout, FIELD_SK_FLAGS),
		.netns = layout_has(layout, FIELD_NETNS_INUM),
		.rtt = layout_has(layout, FIELD_SRTT),
		.retrans = layout_has(layout, FIELD_TOTAL_RETRANS),
		.wall_offset_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC),
		.since_ns = clock_ns(CLOCK_MONOTONIC),
	};
}

/* Takes what waits in the buffer and writes it out. */
static void drain(struct run *run)
{
	/* The wall clock may be set while we run. */
	run->view.wall_offset_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	tracer_drain(run->choice.tracer);
	if (run->status == WRITER_OK)
		run->status = writer_flush(run->writer);
}

static void trace_until_ended(struct run *run)
{
	while (!run->ended && !count_reached(run) && run->status == WRITER_OK) {
		int64_t left_ms = (run->deadline_ns - clock_ns(CLOCK_MONOTONIC)) / 1000000;
		struct epoll_event events[8];
		int n;

		if (left_ms <= 0)
			break;
		n = epoll_wait(run->epoll, events, 8, left_ms < DRAIN_EVERY_MS ? (int)left_ms : DRAIN_EVERY_MS);
		for (int i = 0; i < n; i++)
			if (events[i].data.fd == run->signals)
				on_signal(run);
		drain(run);
	}
}

bool run_trace(const struct options *options, char *why, size_t size)
{
	static struct run run;
	bool ok = false;

	run = (struct run){ .options = options, .signals = -1, .epoll = -1, .deadline_ns = INT64_MAX };
	run.signals = signals_open();
	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	run.writer = writer_new(options, STDOUT_FILENO);
	if (!run.writer || run.epoll < 0 || watch(run.epoll, run.signals)) {
		snprintf(why, size, "cannot start: %s", strerror(errno));
		goto out;
	}
	if (!choice_make(&run.choice, options, on_record, &run)) {
		choice_why(&run.choice, options, why, size);
		goto out;
	}
	view_set(&run);
	if (options->duration_ns)
		run.deadline_ns = run.view.since_ns + (int64_t)options->duration_ns;
	tracer_watch(run.choice.tracer, run.epoll);
	if (options->verbose)
		check_print_brief(stderr, &run.choice);
	if (*run.choice.layout_why)
		fprintf(stderr, "tcplife: warning: %s\n", run.choice.layout_why);
	run.status = writer_start(run.writer);
	trace_until_ended(&run);
	tracer_detach(run.choice.tracer);
	drain(&run);
	report_losses(&run, false);
	ok = run.status != WRITER_FAILED;
	if (!ok)
		snprintf(why, size, "cannot write to standard output: %s", strerror(writer_error(run.writer)));
out:
	choice_free(&run.choice);
	writer_free(run.writer);
	if (run.signals >= 0)
		close(run.signals);
	if (run.epoll >= 0)
		close(run.epoll);
	return ok;
}
