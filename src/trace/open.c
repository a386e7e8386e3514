// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "open.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "session/existing.h"
#include "session/socket_table.h"
#include "session/sock_diag.h"
#include "tracer.h"

struct listing {
	const struct open_request *request;
	struct socket_table *lives; /* sessions that the kernel side knows */
	uint64_t now_ns;
	int error; /* the first -errno */
};

static void add_lives(struct listing *l)
{
	struct record life;
	uint64_t key = 0;
	int result;

	while (tracer_next_open(l->request->tracer, &key, &life)) {
		if (!l->request->netns_known)
			life.netns = 0;
		if (!l->request->bytes_known)
			life.bytes_acked = life.bytes_received = 0;
		result = socket_table_add(l->lives, &life, 0);
		if (result && !l->error)
			l->error = result;
	}
}

/* Adds the socket's current values to what is known of the session. */
static void count(struct record *life, const struct record *now)
{
	life->bytes_acked += now->bytes_acked;
	life->bytes_received += now->bytes_received;
	life->srtt_us = now->srtt_us;
	life->total_retrans = now->total_retrans;
	life->state = now->state;
	life->lport = now->lport;
	life->netns = now->netns;
	life->ifindex = now->ifindex;
}

/*
 * Finds a connecting session whose local port was chosen after SYN_SENT. If several connect to the
 * same peer, they cannot be told apart: then the age is at least the youngest's, and the owner is
 * known only if all agree.
 */
static bool find_connecting(const struct listing *l, const struct record *now, struct record *life)
{
	struct record tuple = *now;
	const struct socket_table_entry *entry;
	bool several = false;

	tuple.lport = 0;
	entry = socket_table_find(l->lives, &tuple, NULL);
	if (!entry)
		return false;
	*life = entry->record;
	while ((entry = socket_table_find(l->lives, &tuple, entry))) {
		several = true;
		if (entry->record.born_ns > life->born_ns)
			life->born_ns = entry->record.born_ns;
		if (entry->record.pid != life->pid)
			life->pid = life->owner = 0;
	}
	life->preexisting = several;
	return true;
}

/*
 * Takes the session of this socket from the list. Returns false if it began before tracing or is
 * unknown.
 */
static bool take_life(const struct listing *l, const struct record *now, struct record *life)
{
	struct socket_table_entry *entry = socket_table_find(l->lives, now, NULL);

	if (!entry)
		return now->state == STATE_SYN_SENT && find_connecting(l, now, life);
	*life = entry->record;
	/* The same addresses and ports in two namespaces that cannot be told apart. */
	if (socket_table_find(l->lives, now, entry))
		return false;
	entry->listed = true;
	return true;
}

/* A dump may report a socket twice if the kernel's table changes meanwhile. */
static bool is_listed(const struct listing *l, const struct record *now)
{
	const struct socket_table_entry *entry = socket_table_find(l->lives, now, NULL);

	return entry && entry->listed;
}

static bool take_existing(const struct listing *l, const struct record *now, struct record *life)
{
	const struct record *known =
		l->request->existing ? existing_find(l->request->existing, now) : NULL;

	if (!known)
		return false;
	*life = *known;
	life->bytes_acked = life->bytes_received = 0;
	life->preexisting = 1;
	return true;
}

/* One that found no room, neither in the kernel nor among those that are older. */
static bool take_stranger(const struct listing *l, const struct record *now, struct record *life)
{
	if (!l->request->existing)
		return false;
	*life = *now;
	life->bytes_acked = life->bytes_received = 0;
	/* It may have begun at any time, even after tracing ended. */
	life->born_ns = l->now_ns;
	life->preexisting = 1;
	return true;
}

static int on_socket(void *arg, const struct sock_diag_socket *socket)
{
	const struct listing *l = arg;
	const struct record *now = &socket->record;
	struct record life;

	if (now->state == STATE_LISTEN || is_listed(l, now))
		return 0;
	if (!take_life(l, now, &life) && !take_existing(l, now, &life) &&
	    !take_stranger(l, now, &life))
		return 0;
	count(&life, now);
	if (!life.direction)
		life.direction = now->direction;
	life.closed_ns = l->now_ns;
	l->request->fn(l->request->arg, &life, true);
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

	while ((entry = socket_table_next(l->lives, entry))) {
		struct record life = entry->record;

		if (entry->listed || (diag && (!life.netns || sock_diag_covers(diag, life.netns))))
			continue;
		life.closed_ns = l->now_ns;
		l->request->fn(l->request->arg, &life, false);
	}
}

int open_list(const struct open_request *request)
{
	struct listing l = { .request = request, .lives = socket_table_new(request->most) };
	int result = 0;

	if (!l.lives)
		return -ENOMEM;
	l.now_ns = (uint64_t)clock_now_ns();
	add_lives(&l);
	if (request->diag)
		result = sock_diag_dump(request->diag, on_socket, &l);
	list_uncounted(&l);
	socket_table_free(l.lives);
	return l.error ? l.error : result;
}
