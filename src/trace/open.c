// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bpf/tcp_state.h"
#include "session/existing.h"
#include "session/sock_diag.h"
#include "tracer.h"

struct open {
	struct open_request request;
	struct socket_table *table; /* the sessions, as they were when they were first seen */
	/* Sockets that were not known when the kernel listed them. */
	struct sock_diag_socket *strangers;
	size_t stranger_count;
	size_t stranger_room;

	/* During a look: */
	uint32_t look; /* its number */
	uint64_t now_ns;
	bool last;
	open_fn *fn;
	void *arg;
	int error; /* the first -errno */
	/* Sessions that the kernel's list of sockets lacks; their sockets are read together. */
	struct socket_table_entry *batch[TRACER_BATCH];
	unsigned batched;
};

struct open *open_new(const struct open_request *request)
{
	struct open *open = calloc(1, sizeof(*open));

	if (!open)
		return NULL;
	open->request = *request;
	open->table = socket_table_new(request->most);
	if (open->table)
		return open;
	free(open);
	return NULL;
}

void open_free(struct open *open)
{
	if (!open)
		return;
	socket_table_free(open->table);
	free(open->strangers);
	free(open);
}

static void note(struct open *open, int result)
{
	if (result && !open->error)
		open->error = result;
}

/* Returns NULL if there is no room. */
static struct socket_table_entry *add(struct open *open, const struct record *record)
{
	const int result = socket_table_add(open->table, record, 0);

	note(open, result);
	return result ? NULL : socket_table_newest(open->table);
}

/* --- what the kernel side knows --- */

static struct record record_with(const struct tuple *tuple)
{
	struct record r = { .netns = tuple->netns, .lport = tuple->lport, .rport = tuple->rport };

	memcpy(r.laddr, tuple->laddr, sizeof(r.laddr));
	memcpy(r.raddr, tuple->raddr, sizeof(r.raddr));
	return r;
}

/* Whether the kernel side may know more by now. */
static bool is_settled(const struct record *r)
{
	return !r->preexisting && r->established_ns && r->pid;
}

static void on_tuple(void *arg, uint64_t key, const struct tuple *tuple)
{
	struct open *open = arg;
	const struct open_request *request = &open->request;
	struct record record = record_with(tuple);
	struct socket_table_entry *entry;

	if (!request->netns_known)
		record.netns = 0;
	/* Without a local port, connecting sessions cannot be told apart. */
	entry = tuple->lport ? socket_table_find(open->table, &record, NULL) : NULL;
	if (!entry || !is_settled(&entry->record)) {
		if (!tracer_read_open(request->tracer, key, tuple, &record))
			return;
		if (!request->netns_known)
			record.netns = 0;
		if ((request->counters & SESSION_BYTES) != SESSION_BYTES)
			record.bytes_acked = record.bytes_received = 0;
		if (entry && !entry->record.preexisting) {
			entry->record = record;
		} else {
			if (entry)
				socket_table_remove(open->table, entry);
			entry = add(open, &record);
			if (!entry)
				return;
			entry->moved.known = true;
		}
	}
	entry->traced = open->look;
	entry->key = key;
}

static void walk_traced(struct open *open)
{
	if (open->request.tracer)
		note(open, tracer_each_open(open->request.tracer, on_tuple, open));
}

/* --- what the kernel lists --- */

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

static void hand_out(const struct open *open, const struct record *known, const struct record *now,
		     uint64_t counted, struct session_moved *moved)
{
	struct record found = *known;

	count(&found, now);
	if (!found.direction)
		found.direction = now->direction;
	found.closed_ns = open->now_ns;
	open->fn(open->arg, &found, counted, moved);
}

/*
 * Finds a connecting session whose local port was chosen after SYN_SENT. If several connect to the
 * same peer, they cannot be told apart: then the age is at least the youngest's, and the owner is
 * known only if all agree.
 */
static bool find_connecting(const struct open *open, const struct record *now, struct record *found)
{
	struct record tuple = *now;
	const struct socket_table_entry *entry;
	bool several = false;

	tuple.lport = 0;
	entry = socket_table_find(open->table, &tuple, NULL);
	if (!entry)
		return false;
	*found = entry->record;
	while ((entry = socket_table_find(open->table, &tuple, entry))) {
		several = true;
		if (entry->record.born_ns > found->born_ns)
			found->born_ns = entry->record.born_ns;
		if (entry->record.pid != found->pid)
			found->pid = found->owner = 0;
	}
	found->preexisting = several;
	return true;
}

/* Returns the session of this socket; NULL if it is unknown. */
static struct socket_table_entry *find(struct open *open, const struct sock_diag_socket *socket)
{
	struct socket_table_entry *entry = socket_table_find(open->table, &socket->record, NULL);

	/* The same addresses and ports in two namespaces that cannot be told apart. */
	if (!entry || socket_table_find(open->table, &socket->record, entry))
		return NULL;
	if (!entry->cookie || entry->cookie == socket->cookie) {
		entry->cookie = socket->cookie;
		return entry;
	}
	/* Its end was not reported, and another socket has its addresses and ports. */
	socket_table_remove(open->table, entry);
	return NULL;
}

/* A session that is older than the tracer, or one that found no room when it began. */
static void hand_out_older(struct open *open, const struct sock_diag_socket *socket,
			   const struct record *known)
{
	struct record found = known ? *known : socket->record;
	struct session_moved unknown = { .known = false };
	struct socket_table_entry *entry;

	found.bytes_acked = found.bytes_received = 0;
	found.preexisting = 1;
	if (!known)
		found.born_ns = open->now_ns; /* it may have begun at any time */
	/* Without room it is handed out all the same, but what it moves meanwhile is unknown. */
	if (socket_table_add(open->table, &found, 0)) {
		hand_out(open, &found, &socket->record, SESSION_COUNTERS, &unknown);
		return;
	}
	entry = socket_table_newest(open->table);
	entry->cookie = socket->cookie;
	entry->listed = open->look;
	hand_out(open, &found, &socket->record, SESSION_COUNTERS, &entry->moved);
}

static int keep_stranger(struct open *open, const struct sock_diag_socket *socket)
{
	if (open->stranger_count == open->stranger_room) {
		const size_t room = open->stranger_room ? 2 * open->stranger_room : 64;
		struct sock_diag_socket *list = realloc(open->strangers, room * sizeof(*list));

		if (!list)
			return -ENOMEM;
		open->strangers = list;
		open->stranger_room = room;
	}
	open->strangers[open->stranger_count++] = *socket;
	return 0;
}

/* Hands out a socket's session. Returns false if it is unknown. */
static bool take_known(struct open *open, const struct sock_diag_socket *socket)
{
	struct socket_table_entry *entry = find(open, socket);
	struct session_moved moved = { .known = true };
	struct record connecting;

	if (entry) {
		/* A dump may report a socket twice if the kernel's table changes meanwhile. */
		if (entry->listed != open->look) {
			entry->listed = open->look;
			hand_out(open, &entry->record, &socket->record, SESSION_COUNTERS,
				 &entry->moved);
		}
		return true;
	}
	if (socket->record.state != STATE_SYN_SENT ||
	    !find_connecting(open, &socket->record, &connecting))
		return false;
	hand_out(open, &connecting, &socket->record, SESSION_COUNTERS, &moved);
	return true;
}

static int on_socket(void *arg, const struct sock_diag_socket *socket)
{
	struct open *open = arg;
	const struct existing *existing = open->request.existing;
	const struct record *known;

	if (socket->record.state == STATE_LISTEN || take_known(open, socket) || !existing)
		return 0;
	known = existing_find(existing, &socket->record);
	if (!known && !open->last)
		return keep_stranger(open, socket);
	hand_out_older(open, socket, known);
	return 0;
}

/* Most of these have begun during the look. */
static void take_strangers(struct open *open)
{
	if (open->stranger_count)
		walk_traced(open);
	for (size_t i = 0; i < open->stranger_count; i++)
		if (!take_known(open, &open->strangers[i]))
			hand_out_older(open, &open->strangers[i], NULL);
	open->stranger_count = 0;
}

/* --- the rest --- */

/* Hands out the batch, with what the sockets tell if the kernel side can read them. */
static void flush(struct open *open)
{
	uint64_t keys[TRACER_BATCH];
	struct record now[TRACER_BATCH];
	unsigned counted = 0;

	for (unsigned i = 0; i < open->batched; i++) {
		keys[i] = open->batch[i]->key;
		now[i] = open->batch[i]->record;
	}
	if (open->batched)
		counted = tracer_read_counters(open->request.tracer, keys, now, open->batched);
	for (unsigned i = 0; i < open->batched; i++) {
		struct socket_table_entry *entry = open->batch[i];

		if (counted >> i & 1) {
			hand_out(open, &entry->record, &now[i], open->request.counters,
				 &entry->moved);
		} else {
			now[i].closed_ns = open->now_ns;
			open->fn(open->arg, &now[i], 0, &entry->moved);
		}
	}
	open->batched = 0;
}

/* Whether the session is open, but in a namespace that is new or could not be entered. */
static bool is_unlisted(const struct open *open, const struct socket_table_entry *entry)
{
	const struct sock_diag *diag = open->request.diag;
	const uint32_t netns = entry->record.netns;

	return entry->traced == open->look && entry->listed != open->look &&
	       !(diag && (!netns || sock_diag_covers(diag, netns)));
}

/*
 * Hands out the sessions that the kernel did not list. Those in namespaces that it lists have just
 * ended. Forgets what was not seen in this look nor the one before: the record of a session that
 * has ended comes before the next look.
 */
static void take_unlisted(struct open *open)
{
	struct socket_table_entry *entry = NULL;

	while ((entry = socket_table_next(open->table, entry))) {
		if (is_unlisted(open, entry))
			open->batch[open->batched++] = entry;
		if (open->batched == TRACER_BATCH)
			flush(open);
		/* An entry that is removed stays readable until the table is compacted. */
		if (!entry->record.lport ||
		    (entry->traced + 1 < open->look && entry->listed + 1 < open->look))
			socket_table_remove(open->table, entry);
	}
	flush(open);
}

int open_look(struct open *open, bool last, open_fn *fn, void *arg)
{
	const struct sock_diag *diag = open->request.diag;

	open->look++;
	open->now_ns = (uint64_t)clock_now_ns();
	open->last = last;
	open->fn = fn;
	open->arg = arg;
	open->error = 0;
	walk_traced(open);
	if (diag)
		note(open, sock_diag_dump(diag, on_socket, open));
	take_strangers(open);
	take_unlisted(open);
	socket_table_compact(open->table);
	return open->error;
}

struct session_moved open_end(struct open *open, const struct record *record)
{
	struct socket_table_entry *entry = socket_table_find(open->table, record, NULL);
	struct session_moved moved = { .known = !record->preexisting };

	if (entry && !socket_table_find(open->table, record, entry)) {
		moved = entry->moved;
		socket_table_remove(open->table, entry);
	}
	return moved;
}
