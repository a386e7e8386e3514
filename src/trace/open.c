// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "open.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "bpf/tcp_state.h"
#include "session/existing.h"
#include "session/sock_diag.h"
#include "session/socket_table.h"
#include "tracer.h"

struct listing {
	const struct open_request *request;
	struct socket_table *traced; /* sessions that the kernel side follows */
	uint64_t now_ns;
	int error; /* the first -errno */
};

static void add_traced(struct listing *l)
{
	struct record found;
	uint64_t key = 0;
	int result;

	while (tracer_next_open(l->request->tracer, &key, &found)) {
		if (!l->request->netns_known)
			found.netns = 0;
		if (!l->request->bytes_known)
			found.bytes_acked = found.bytes_received = 0;
		result = socket_table_add(l->traced, &found, 0);
		if (result && !l->error)
			l->error = result;
	}
}

/* Adds the socket's current values to what is known of the session. */
static void count(struct record *found, const struct record *now)
{
	found->bytes_acked += now->bytes_acked;
	found->bytes_received += now->bytes_received;
	found->srtt_us = now->srtt_us;
	found->total_retrans = now->total_retrans;
	found->state = now->state;
	found->lport = now->lport;
	found->netns = now->netns;
	found->ifindex = now->ifindex;
}

/*
 * Finds a connecting session whose local port was chosen after SYN_SENT. If several connect to the
 * same peer, they cannot be told apart: then the age is at least the youngest's, and the owner is
 * known only if all agree.
 */
static bool find_connecting(const struct listing *l, const struct record *now, struct record *found)
{
	struct record tuple = *now;
	const struct socket_table_entry *entry;
	bool several = false;

	tuple.lport = 0;
	entry = socket_table_find(l->traced, &tuple, NULL);
	if (!entry)
		return false;
	*found = entry->record;
	while ((entry = socket_table_find(l->traced, &tuple, entry))) {
		several = true;
		if (entry->record.born_ns > found->born_ns)
			found->born_ns = entry->record.born_ns;
		if (entry->record.pid != found->pid)
			found->pid = found->owner = 0;
	}
	found->preexisting = several;
	return true;
}

/*
 * Takes the session of this socket from the list. Returns false if it began before tracing or is
 * unknown.
 */
static bool take_traced(const struct listing *l, const struct record *now, struct record *found)
{
	struct socket_table_entry *entry = socket_table_find(l->traced, now, NULL);

	if (!entry)
		return now->state == STATE_SYN_SENT && find_connecting(l, now, found);
	*found = entry->record;
	/* The same addresses and ports in two namespaces that cannot be told apart. */
	if (socket_table_find(l->traced, now, entry))
		return false;
	entry->listed = true;
	return true;
}

/* A dump may report a socket twice if the kernel's table changes meanwhile. */
static bool is_listed(const struct listing *l, const struct record *now)
{
	const struct socket_table_entry *entry = socket_table_find(l->traced, now, NULL);

	return entry && entry->listed;
}

static bool take_existing(const struct listing *l, const struct record *now, struct record *found)
{
	const struct record *known =
		l->request->existing ? existing_find(l->request->existing, now) : NULL;

	if (!known)
		return false;
	*found = *known;
	found->bytes_acked = found->bytes_received = 0;
	found->preexisting = 1;
	return true;
}

/* One that found no room, neither in the kernel nor among those that are older. */
static bool take_stranger(const struct listing *l, const struct record *now, struct record *found)
{
	if (!l->request->existing)
		return false;
	*found = *now;
	found->bytes_acked = found->bytes_received = 0;
	/* It may have begun at any time, even after tracing ended. */
	found->born_ns = l->now_ns;
	found->preexisting = 1;
	return true;
}

static int on_socket(void *arg, const struct sock_diag_socket *socket)
{
	const struct listing *l = arg;
	const struct record *now = &socket->record;
	struct record found;

	if (now->state == STATE_LISTEN || is_listed(l, now))
		return 0;
	if (!take_traced(l, now, &found) && !take_existing(l, now, &found) &&
	    !take_stranger(l, now, &found))
		return 0;
	count(&found, now);
	if (!found.direction)
		found.direction = now->direction;
	found.closed_ns = l->now_ns;
	l->request->fn(l->request->arg, &found, true);
	return 0;
}

/*
 * Lists sessions in namespaces that are new or could not be entered. Those in other namespaces have
 * just ended.
 */
static void list_uncounted(const struct listing *l)
{
	const struct sock_diag *diag = l->request->diag;
	const struct socket_table_entry *entry = NULL;

	while ((entry = socket_table_next(l->traced, entry))) {
		struct record found = entry->record;

		if (entry->listed ||
		    (diag && (!found.netns || sock_diag_covers(diag, found.netns))))
			continue;
		found.closed_ns = l->now_ns;
		l->request->fn(l->request->arg, &found, false);
	}
}

int open_list(const struct open_request *request)
{
	struct listing l = { .request = request, .traced = socket_table_new(request->most) };
	int result = 0;

	if (!l.traced)
		return -ENOMEM;
	l.now_ns = (uint64_t)clock_now_ns();
	add_traced(&l);
	if (request->diag)
		result = sock_diag_dump(request->diag, on_socket, &l);
	list_uncounted(&l);
	socket_table_free(l.traced);
	return l.error ? l.error : result;
}
