// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "metrics.h"

#include <stdlib.h>

#include "buckets.h"
#include "exposition.h"
#include "groups.h"
#include "measure.h"
#include "session/filter.h"

#define S	    1000000000u		   /* nanoseconds */
#define LABELS_MOST (REPLACEMENT_ROOM / 2) /* bytes of a group's labels */

enum total {
	TOTAL_TX,
	TOTAL_RX,
	TOTAL_RETRANS,
	TOTALS,
};

/* The families of times, and the bounds that each uses. */
static const struct time_family {
	struct family family;
	enum measure measure;
	unsigned first, last;
	bool always; /* also if no session has a value */
} times[] = {
	{ { "tcplife_session_duration_seconds", "histogram",
	    "From ESTABLISHED, or else from the first SYN, to the end of the session." },
	  MEASURE_LIFESPAN,
	  3,
	  BUCKETS_BOUNDS - 1,
	  true },
	{ { "tcplife_connect_duration_seconds", "histogram",
	    "From the first SYN to ESTABLISHED, of sessions that this end began." },
	  MEASURE_CONNECT,
	  0,
	  15,
	  false },
	{ { "tcplife_accept_wait_seconds", "histogram",
	    "From ESTABLISHED until a process took the session by accept(2)." },
	  MEASURE_ACCEPT_WAIT,
	  0,
	  15,
	  false },
};

#define TIMES (sizeof(times) / sizeof(times[0]))

static const struct family totals[TOTALS] = {
	[TOTAL_TX] = { "tcplife_transmitted_bytes_total", "counter",
		       "Payload that the peer has acknowledged." },
	[TOTAL_RX] = { "tcplife_received_bytes_total", "counter", "Payload received in order." },
	[TOTAL_RETRANS] = { "tcplife_retransmitted_segments_total", "counter",
			    "Segments sent again." },
};

struct counts {
	uint64_t endings[ENDINGS];
	uint64_t failed; /* before they were established */
	uint64_t totals[TOTALS];
	struct buckets times[TIMES];
};

struct group {
	struct session id; /* must be first */
	struct counts counts;
	uint64_t sessions;
};

struct metrics {
	struct groups *groups;
	struct group other; /* of sessions for which there was no group */
	uint32_t most;
	const char *version;
	const struct filter *filter;
	int64_t since_ns; /* since 1970 */
	int64_t open;	  /* sessions; -1: unknown */
	struct losses losses;
	uint64_t thinned;	  /* sessions that are not printed, but counted */
	uint64_t unknown[TOTALS]; /* sessions that do not tell it */
};

struct metrics *metrics_new(const struct output_request *request, int64_t since_wall_ns)
{
	struct metrics *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->most = request->figures.groups ? request->figures.groups : METRICS_GROUPS;
	m->groups = groups_new(&request->figures.by, m->most, sizeof(struct group));
	m->version = request->version;
	m->filter = request->filter;
	m->since_ns = since_wall_ns;
	m->open = -1;
	m->losses = (struct losses){ -1, -1, -1, -1, -1, false };
	if (m->groups)
		return m;
	free(m);
	return NULL;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	groups_free(m->groups);
	free(m);
}

uint32_t metrics_groups_most(const struct metrics *m)
{
	return m->most;
}

bool metrics_add(struct metrics *m, const struct session *s)
{
	const int64_t moved[TOTALS] = { s->tx_bytes, s->rx_bytes, s->retrans };
	struct group *own = groups_find(m->groups, s);
	struct group *group = own ? own : &m->other;
	struct counts *c = &group->counts;

	c->endings[s->ending]++;
	c->failed += session_failed(s);
	m->thinned += s->thinned;
	for (unsigned i = 0; i < TOTALS; i++)
		if (moved[i] < 0)
			m->unknown[i]++;
		else
			c->totals[i] += (uint64_t)moved[i];
	for (unsigned i = 0; i < TIMES; i++) {
		const int64_t ns = measures[times[i].measure].read(s);

		if (ns >= 0)
			buckets_add(&c->times[i], (uint64_t)ns);
	}
	return own || group->sessions++;
}

void metrics_set_losses(struct metrics *m, const struct losses *losses)
{
	m->losses = *losses;
}

void metrics_set_open(struct metrics *m, int64_t count)
{
	m->open = count;
}

/* Called for each group. */
typedef void put_fn(struct exposition *e, const char *labels, const struct counts *c, unsigned n);

static void put_each(const struct metrics *m, struct exposition *e, put_fn *put, unsigned n)
{
	char labels[LABELS_MOST + 1];
	struct text text;

	for (uint32_t i = 0; i < groups_count(m->groups); i++) {
		const struct group *group = groups_nth(m->groups, i);

		text_init(&text, labels, LABELS_MOST);
		exposition_put_labels(&text, groups_by(m->groups), &group->id);
		*text.at = '\0';
		put(e, labels, &group->counts, n);
	}
	if (m->other.sessions)
		put(e, "group=\"other\"", &m->other.counts, n);
}

/* If sessions are grouped by their ending, the group's labels have it. */
static void put_endings(struct exposition *e, const char *labels, const struct counts *c,
			unsigned grouped)
{
	for (unsigned i = 0; i < ENDINGS; i++)
		if (c->endings[i])
			exposition_put(e,
				       &(struct sample){ .labels = labels,
							 .label = grouped ? NULL : "ending",
							 .value = ending_name((enum ending)i) },
				       c->endings[i]);
}

static void put_failed(struct exposition *e, const char *labels, const struct counts *c, unsigned n)
{
	(void)n;
	exposition_put(e, &(struct sample){ .labels = labels }, c->failed);
}

static void put_total(struct exposition *e, const char *labels, const struct counts *c, unsigned n)
{
	exposition_put(e, &(struct sample){ .labels = labels }, c->totals[n]);
}

static void put_time(struct exposition *e, const char *labels, const struct counts *c, unsigned n)
{
	struct sample sample = { .suffix = "_bucket", .labels = labels, .label = "le" };
	const struct buckets *b = &c->times[n];
	uint64_t count = 0, all = 0;

	for (unsigned i = 0; i <= BUCKETS_BOUNDS; i++)
		all += b->counts[i];
	if (!all && !times[n].always)
		return;
	for (unsigned i = 0; i < BUCKETS_BOUNDS; i++) {
		count += b->counts[i];
		sample.value = bucket_bounds[i].seconds;
		if (i >= times[n].first && i <= times[n].last)
			exposition_put(e, &sample, count);
	}
	sample.value = "+Inf";
	exposition_put(e, &sample, all);
	sample = (struct sample){ .suffix = "_sum", .labels = labels };
	exposition_put_seconds(e, &sample, b->sum_s + b->sum_ns / S, b->sum_ns % S);
	sample.suffix = "_count";
	exposition_put(e, &sample, all);
}

static bool groups_by_ending(const struct metrics *m)
{
	const struct groups_by *by = groups_by(m->groups);

	for (unsigned i = 0; i < by->count; i++)
		if (by->keys[i]->offset == offsetof(struct session, ending))
			return true;
	return false;
}

static void write_groups(const struct metrics *m, struct exposition *e)
{
	static const struct family sessions = { "tcplife_sessions_total", "counter",
						"Sessions that have ended." };
	static const struct family failed = { "tcplife_failed_connects_total", "counter",
					      "Sessions that ended before they were established." };

	exposition_begin(e, &sessions);
	put_each(m, e, put_endings, groups_by_ending(m));
	exposition_begin(e, &failed);
	put_each(m, e, put_failed, 0);
	for (unsigned i = 0; i < TOTALS; i++) {
		exposition_begin(e, &totals[i]);
		put_each(m, e, put_total, i);
	}
	for (unsigned i = 0; i < TIMES; i++) {
		exposition_begin(e, &times[i].family);
		put_each(m, e, put_time, i);
	}
}

static void put_cause(void *arg, const char *cause, int64_t count)
{
	if (count >= 0)
		exposition_put(arg, &(struct sample){ .label = "cause", .value = cause },
			       (uint64_t)count);
}

/* What is not in the sums above. */
static void write_lacks(const struct metrics *m, struct exposition *e)
{
	static const struct family lost = { "tcplife_lost_total", "counter",
					    "Sessions that ended and are not told of: in no other "
					    "metric, except those that only "
					    "the output lost." };
	static const struct family unknown = {
		"tcplife_unknown_total", "counter",
		"Sessions that do not tell a value, which lacks in its sum."
	};
	static const char *const values[TOTALS] = { "transmitted_bytes", "received_bytes",
						    "retransmitted_segments" };

	exposition_begin(e, &lost);
	losses_each(&m->losses, put_cause, e);
	exposition_begin(e, &unknown);
	for (unsigned i = 0; i < TOTALS; i++)
		exposition_put(e, &(struct sample){ .label = "value", .value = values[i] },
			       m->unknown[i]);
}

static void put_one(struct exposition *e, const struct family *family, uint64_t n)
{
	exposition_begin(e, family);
	exposition_put(e, &(struct sample){ 0 }, n);
}

/* What is printed of the sessions that are counted here. */
static void write_thinning(const struct metrics *m, struct exposition *e)
{
	static const struct family thinned = { "tcplife_thinned_sessions_total", "counter",
					       "Sessions counted here, but not printed, because of "
					       "--sample, --min-ms, --min-bytes "
					       "or --end." };
	static const struct family sample = { "tcplife_sample_every", "gauge",
					      "One session in this many is printed (--sample)." };
	static const struct family least_ns = {
		"tcplife_min_duration_seconds", "gauge",
		"Sessions that last less are not printed (--min-ms)."
	};
	static const struct family least_bytes = {
		"tcplife_min_session_bytes", "gauge",
		"Sessions that move less are not printed (--min-bytes)."
	};
	const struct filter *f = m->filter;

	put_one(e, &thinned, m->thinned);
	put_one(e, &sample, f->sample ? f->sample : 1);
	exposition_begin(e, &least_ns);
	exposition_put_seconds(e, &(struct sample){ 0 }, (uint64_t)f->min_ns / S,
			       (uint64_t)f->min_ns % S);
	put_one(e, &least_bytes, f->min_bytes);
}

void metrics_write(const struct metrics *m, struct replacement *file)
{
	static const struct family open = {
		"tcplife_open_sessions", "gauge",
		"Sessions that began during tracing and are open now. Missing if that is not known."
	};
	static const struct family groups = { "tcplife_groups", "gauge",
					      "Groups that sessions are counted in." };
	static const struct family groups_most = {
		"tcplife_groups_limit", "gauge",
		"Groups that there may be (--groups); further ones are in group=\"other\"."
	};
	static const struct family start = { "tcplife_start_time_seconds", "gauge",
					     "When tracing began, in seconds since 1970." };
	static const struct family build = { "tcplife_build_info", "gauge",
					     "The version; the value is 1." };
	struct exposition e = { .file = file };

	write_groups(m, &e);
	if (m->open >= 0)
		put_one(&e, &open, (uint64_t)m->open);
	write_lacks(m, &e);
	write_thinning(m, &e);
	put_one(&e, &groups, groups_count(m->groups));
	put_one(&e, &groups_most, m->most);
	exposition_begin(&e, &start);
	exposition_put_seconds(&e, &(struct sample){ 0 }, (uint64_t)m->since_ns / S,
			       (uint64_t)m->since_ns % S);
	exposition_begin(&e, &build);
	exposition_put(&e, &(struct sample){ .label = "version", .value = m->version }, 1);
}
