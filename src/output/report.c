// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/message.h"
#include "report_format.h"
#include "base/terminal.h"

struct report {
	struct writer *writer;
	report_format *format;
	struct stats *whole;
	struct stats *interval; /* NULL: no intervals */
	bool header;
	bool utf8;
	bool histogram;
	bool asked;    /* what to measure was requested */
	bool recorded; /* times are those of the records, since 1970; else by clock_now_ns() */
	int64_t interval_ns;
	int64_t begun_ns;
	int64_t ended_ns; /* if recorded: when the last session ended; 0: none yet */
	int64_t interval_begun_ns;
	int64_t due_ns;
};

struct report *report_new(const struct output_request *request, struct writer *w, int64_t now_ns)
{
	struct report *r = malloc(sizeof(*r));

	if (!r)
		return NULL;
	*r = (struct report){
		.writer = w,
		.format = request->format == FORMAT_JSON ? report_json : report_table,
		.whole = stats_new(&request->figures),
		.interval = request->interval_ns ? stats_new(&request->figures) : NULL,
		.header = request->header == HEADER_YES,
		.utf8 = terminal_is_utf8(),
		.histogram = !request->no_histogram,
		.asked = request->figures.of,
		.recorded = request->recorded,
		.interval_ns = (int64_t)request->interval_ns,
		.begun_ns = now_ns,
		.interval_begun_ns = now_ns,
		.due_ns = request->interval_ns ? now_ns + (int64_t)request->interval_ns : INT64_MAX,
	};
	if (r->whole && (r->interval || !r->interval_ns))
		return r;
	report_free(r);
	return NULL;
}

void report_free(struct report *r)
{
	if (!r)
		return;
	stats_free(r->whole);
	stats_free(r->interval);
	free(r);
}

static enum writer_status write_page(struct report *r, struct stats *stats, int64_t begun_ns,
				     int64_t now_ns)
{
	struct report_page page = {
		.stats = stats,
		.whole = stats == r->whole,
		.header = r->header,
		.utf8 = r->utf8,
		.histogram = r->histogram,
		.asked = r->asked,
		.ended_ns = r->recorded ? now_ns : clock_wall_ns(),
		.elapsed_ns = now_ns > begun_ns ? now_ns - begun_ns : !r->recorded,
	};

	message_status(NULL);
	r->format(r->writer, &page);
	return writer_flush(r->writer);
}

static int64_t later(int64_t ns, int64_t by)
{
	return ns > INT64_MAX - by ? INT64_MAX : ns + by;
}

/* Lets time pass until a session of a record ended. */
static void follow(struct report *r, int64_t ended_ns)
{
	if (!r->ended_ns) {
		r->begun_ns = r->interval_begun_ns = ended_ns;
		r->due_ns = later(ended_ns, r->interval_ns);
	}
	if (r->interval && ended_ns >= r->due_ns) {
		if (!stats_empty(r->interval))
			write_page(r, r->interval, r->interval_begun_ns, r->due_ns);
		stats_clear(r->interval);
		r->interval_begun_ns = ended_ns - (ended_ns - r->due_ns) % r->interval_ns;
		r->due_ns = later(r->interval_begun_ns, r->interval_ns);
	}
	r->begun_ns = ended_ns < r->begun_ns ? ended_ns : r->begun_ns;
	r->ended_ns = ended_ns > r->ended_ns ? ended_ns : r->ended_ns;
}

void report_add(struct report *r, const struct session *s)
{
	if (r->recorded && s->ended_ns > 0)
		follow(r, s->ended_ns);
	stats_add(r->whole, s);
	if (r->interval)
		stats_add(r->interval, s);
}

uint64_t report_sessions(const struct report *r)
{
	return stats_all(r->whole)->sessions;
}

int64_t report_due(const struct report *r)
{
	return r->recorded ? INT64_MAX : r->due_ns;
}

enum writer_status report_tick(struct report *r, int64_t now_ns)
{
	enum writer_status status;

	if (now_ns < report_due(r))
		return WRITER_OK;
	status = write_page(r, r->interval, r->interval_begun_ns, now_ns);
	stats_clear(r->interval);
	r->interval_begun_ns = now_ns;
	/*
	 * If the machine was suspended or the process stopped, the missed intervals are part of
	 * this one.
	 */
	r->due_ns += r->interval_ns * (1 + (now_ns - r->due_ns) / r->interval_ns);
	return status;
}

enum writer_status report_end(struct report *r, int64_t now_ns)
{
	if (r->recorded) {
		/* If no record told when its session ended, no time has passed. */
		now_ns = r->ended_ns ? r->ended_ns : clock_wall_ns();
		if (!r->ended_ns)
			r->begun_ns = r->interval_begun_ns = now_ns;
	}
	if (r->interval && !stats_empty(r->interval))
		write_page(r, r->interval, r->interval_begun_ns, now_ns);
	return write_page(r, r->whole, r->begun_ns, now_ns);
}
