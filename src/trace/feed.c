// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "feed.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/host.h"
#include "base/message.h"
#include "bpf/rehearsal.h"
#include "cgroup_names.h"
#include "open.h"
#include "session/existing.h"
#include "session/proc.h"
#include "session/sock_diag.h"

#define CLOCK_SET_NS 50000000 /* less is noise between two readings */

struct feed {
	struct feed_request request;
	const struct choice *choice;
	struct session_view view;
	struct cgroup_names *names; /* NULL: not requested, or out of memory */
	struct sock_diag *diag;	    /* NULL: not requested, or not possible */
	struct existing *existing;  /* the same */
	struct open *open;	    /* NULL: not requested, or out of memory */
	uint64_t count;		    /* sessions that ended and were handed out */
	uint64_t unplaced;	    /* not handed out because their cgroup is unknown */
	bool interim;		    /* during a look: another may follow */
	bool silent;		    /* during the first look, from which deltas count */
};

struct feed *feed_new(const struct feed_request *request)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	if (feed)
		feed->request = *request;
	return feed;
}

void feed_free(struct feed *feed)
{
	if (!feed)
		return;
	cgroup_names_free(feed->names);
	open_free(feed->open);
	existing_free(feed->existing);
	sock_diag_free(feed->diag);
	free(feed);
}

bool feed_is_full(const struct feed *feed)
{
	return feed->request.most && feed->count >= feed->request.most;
}

/* Whether the session passes the filters. Counts it if that is unknown, since then it does not. */
static bool is_wanted(struct feed *feed, const struct session *session)
{
	const bool accepted = filter_accepts(feed->request.filter, session);

	feed->unplaced += !accepted && !session->interim &&
			  filter_lacks_cgroup(feed->request.filter, session);
	return accepted;
}

/* Completes a session older than the tracer: the kernel side lacks its owner and some filters. */
static bool complete_old(const struct feed *feed, struct record *record)
{
	if (!(feed->view.known & KNOWS(FIELD_NETNS_INUM)))
		record->netns = 0;
	if (feed->existing)
		existing_complete(feed->existing, record);
	return !record->preexisting || scope_has(feed->request.scope, record);
}

/* Played by a tcplife that was discovering the layout. */
static bool is_rehearsal(const struct record *r)
{
	return rehearsal_is(r->laddr, r->lport, r->raddr, r->rport);
}

/* Takes a session that has ended. */
static void take_ended(struct feed *feed, const struct record *record)
{
	struct record known = *record;
	struct session_moved moved;
	struct session session;

	if (is_rehearsal(record) || (feed->request.existing && !complete_old(feed, &known)) ||
	    feed_is_full(feed))
		return;
	session_read(&session, &known, &feed->view);
	if (feed->request.deltas && feed->open) {
		moved = open_end(feed->open, &known);
		session_since(&session, &moved);
	}
	cgroup_names_fill(feed->names, &session);
	if (is_wanted(feed, &session))
		feed->count++;
	else if (feed->request.thinned && filter_thins(feed->request.filter, &session))
		session.thinned = true;
	else
		return;
	feed->request.fn(feed->request.arg, &session);
}

/* No process has closed the socket, so the owner is unknown and -p does not match. */
static void take_held(struct feed *feed, const struct record *record)
{
	if (record->preexisting || scope_has(feed->request.scope, record))
		take_ended(feed, record);
}

static void take_open(void *arg, const struct record *record, uint64_t counted,
		      struct session_moved *moved)
{
	struct feed *feed = arg;
	struct session session;

	if (is_rehearsal(record) || !scope_has(feed->request.scope, record))
		return;
	session_read_open(&session, record, &feed->view, counted);
	session.interim = feed->interim;
	cgroup_names_fill(feed->names, &session);
	if (!feed->silent && !is_wanted(feed, &session))
		return;
	/* Only now: what a filter leaves out was not told of. */
	if (feed->request.deltas)
		session_since(&session, moved);
	if (!feed->silent)
		feed->request.fn(feed->request.arg, &session);
}

/* Asks the kernel for its sockets, to learn what tracing cannot tell. */
static void ask_for_sockets(struct feed *feed)
{
	const uint32_t most = tracer_limits(feed->choice->tracer)->sessions;
	char why[256];

	message_warning(proc_blindness());
	feed->diag = sock_diag_new(why, sizeof(why));
	message_warning(why);
	if (!feed->request.existing || !feed->diag)
		return;
	feed->existing = existing_new(feed->diag, most, why, sizeof(why));
	message_warning(
		feed->existing
			? why
			: "not enough memory for the sessions that are older than the tracer");
}

static void open_start(struct feed *feed)
{
	const struct open_request request = {
		.tracer = feed->choice->tracer,
		.diag = feed->diag,
		.existing = feed->existing,
		.netns_known = feed->view.known & KNOWS(FIELD_NETNS_INUM),
		.counters = layout_known(&feed->choice->layout) & SESSION_COUNTERS,
		/* Those that the kernel side knows, and as many older ones. */
		.most = 2 * limits_sessions(tracer_limits(feed->choice->tracer)),
	};

	feed->open = open_new(&request);
	feed->interim = true;
	feed->silent = true;
	if (feed->open && feed->request.deltas)
		open_look(feed->open, false, take_open, feed);
	feed->silent = false;
}

void feed_start(struct feed *feed, const struct choice *choice)
{
	feed->choice = choice;
	feed->view = (struct session_view){
		.known = choice_known(choice),
		.wall_offset_ns = clock_wall_ns() - clock_now_ns(),
		.since_ns = clock_now_ns(),
		.extras = feed->request.extras,
		.host = feed->request.host ? host_get() : NULL,
	};
	if (feed->request.existing || feed->request.open)
		ask_for_sockets(feed);
	if (feed->request.cgroups)
		feed->names = cgroup_names_new(choice, feed->request.filter, feed->request.verbose);
	if (feed->request.open)
		open_start(feed);
}

int64_t feed_since_ns(const struct feed *feed)
{
	return feed->view.since_ns;
}

bool feed_has_cgroups(const struct feed *feed)
{
	return feed->names;
}

bool feed_has_sockets(const struct feed *feed)
{
	return feed->diag && feed->request.open;
}

static void look(struct feed *feed, bool last)
{
	int result = -ENOMEM;

	feed->interim = !last;
	if (feed->open)
		result = open_look(feed->open, last, take_open, feed);
	if (result)
		message("warning: not all open sessions are listed: %s", strerror(-result));
}

void feed_look(struct feed *feed)
{
	look(feed, false);
}

int feed_drain(struct feed *feed)
{
	const int64_t offset = clock_wall_ns() - clock_now_ns();
	const struct record *record;
	int result;

	/* The wall clock may be set meanwhile. */
	if (llabs(offset - feed->view.wall_offset_ns) > CLOCK_SET_NS)
		feed->view.wall_offset_ns = offset;
	cgroup_names_learn(feed->names);
	while ((result = tracer_next(feed->choice->tracer, &record)) > 0)
		take_ended(feed, record);
	return result;
}

static void list_open(struct feed *feed)
{
	const uint64_t homeless = tracer_crowded_out(feed->choice->tracer);

	look(feed, true);
	if (homeless)
		message("warning: there was no room for %" PRIu64 " sessions when they began "
			"(--max-sessions): those still open are %s",
			homeless,
			feed->existing ? "listed without owner and age, except in network "
					 "namespaces newer than the tracer"
				       : "not listed");
}

void feed_end(struct feed *feed)
{
	const uint64_t skipped = tracer_accept_skipped(feed->choice->tracer);
	struct record record;
	uint64_t key = 0;
	int result;

	if (skipped)
		message("the kernel skipped the accept hook %llu times: the owner and the accept "
			"wait of that many sessions may be unknown",
			(unsigned long long)skipped);
	while ((result = tracer_next_held(feed->choice->tracer, &key, &record)) > 0)
		take_held(feed, &record);
	if (result)
		message("warning: not all ended sessions whose sockets are still open are printed: "
			"%s",
			strerror(-result));
	if (feed->request.open)
		list_open(feed);
	if (feed->unplaced)
		message("--cgroup and --container left out %" PRIu64 " sessions whose cgroup is "
			"unknown",
			feed->unplaced);
}
