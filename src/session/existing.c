// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "existing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/clock.h"
#include "bpf/tcp_state.h"
#include "proc.h"
#include "sock_diag.h"

struct existing {
	struct socket_table *sessions;
	struct socket_table *listeners; /* with raddr and rport 0 */
	uint64_t since_ns; /* by clock_now_ns(); the tables lack sessions that ended before */
};

struct existing *existing_empty(uint32_t most, uint64_t since_ns)
{
	struct existing *existing = calloc(1, sizeof(*existing));

	if (!existing)
		return NULL;
	existing->since_ns = since_ns;
	existing->sessions = socket_table_new(most);
	existing->listeners = socket_table_new(most);
	if (!existing->sessions || !existing->listeners) {
		existing_free(existing);
		return NULL;
	}
	return existing;
}

void existing_free(struct existing *existing)
{
	if (!existing)
		return;
	socket_table_free(existing->sessions);
	socket_table_free(existing->listeners);
	free(existing);
}

/* A dump may report a socket twice if the kernel's table changes meanwhile. */
static int add_session(struct existing *existing, const struct record *record, uint64_t inode)
{
	struct socket_table_entry *entry = socket_table_find(existing->sessions, record, NULL);

	while (entry && entry->record.netns != record->netns)
		entry = socket_table_find(existing->sessions, record, entry);
	if (!entry)
		return socket_table_add(existing->sessions, record, inode);
	entry->record = *record;
	entry->inode = inode;
	return 0;
}

int existing_add(struct existing *existing, const struct record *record, uint64_t inode)
{
	struct record listener = *record;

	if (record->state != STATE_LISTEN)
		return add_session(existing, record, inode);
	memset(listener.raddr, 0, sizeof(listener.raddr));
	listener.rport = 0;
	return socket_table_add(existing->listeners, &listener, inode);
}

static bool listens(const struct existing *existing, struct record *tuple,
		    const uint8_t address[16])
{
	memcpy(tuple->laddr, address, sizeof(tuple->laddr));
	return socket_table_find(existing->listeners, tuple, NULL);
}

/* Whether a socket listens on the session's local port, at its local address or at any address. */
static bool is_listened(const struct existing *existing, const struct record *session)
{
	static const uint8_t any6[16], zero[4];
	uint8_t any4[16];
	struct record tuple = { .lport = session->lport, .netns = session->netns };

	address_map(any4, zero);
	return listens(existing, &tuple, session->laddr) || listens(existing, &tuple, any6) ||
	       (address_is_mapped(session->laddr) && listens(existing, &tuple, any4));
}

void existing_direct(struct existing *existing)
{
	struct socket_table_entry *entry = NULL;

	while ((entry = socket_table_next(existing->sessions, entry)))
		if (entry->record.direction == DIRECTION_UNKNOWN &&
		    is_listened(existing, &entry->record))
			entry->record.direction = DIRECTION_IN;
}

/* It has begun at the latest when it last sent data, and before tracing. */
static int add_socket(void *arg, const struct sock_diag_socket *socket)
{
	struct existing *existing = arg;
	const uint64_t sent_ns = (uint64_t)clock_now_ns() - socket->age_ns;
	struct record record = socket->record;

	record.born_ns = sent_ns < existing->since_ns ? sent_ns : existing->since_ns;
	return existing_add(existing, &record, socket->inode);
}

static int find_owners(struct existing *existing)
{
	struct proc *proc = proc_new();
	struct socket_table_entry *entry = NULL;
	int result;

	if (!proc)
		return -errno;
	while ((entry = socket_table_next(existing->sessions, entry)))
		proc_own(proc, entry->inode, &entry->record);
	result = proc_denied(proc);
	proc_free(proc);
	return result;
}

struct existing *existing_new(const struct sock_diag *diag, uint32_t most, char *why, size_t size)
{
	struct existing *existing = existing_empty(most, (uint64_t)clock_now_ns());
	int result;

	*why = '\0';
	if (!existing)
		return NULL;
	result = sock_diag_dump(diag, add_socket, existing);
	if (result == -ENOSPC)
		snprintf(why, size,
			 "more than %u sessions are open already; the owners of the others are "
			 "unknown: raise --max-sessions",
			 most);
	else if (result)
		snprintf(why, size, "cannot read all open sockets: %s; try again",
			 strerror(-result));
	existing_direct(existing);
	result = find_owners(existing);
	if (result)
		snprintf(why, size, "cannot find the owners of all open sessions: /proc: %s; %s",
			 strerror(-result),
			 result == -EACCES ? "run as root, with CAP_SYS_PTRACE" : "mount it");
	return existing;
}

/* The session with these addresses and ports, or NULL if there is none or more than one. */
static struct socket_table_entry *find(const struct existing *existing, const struct record *tuple)
{
	struct socket_table_entry *entry = socket_table_find(existing->sessions, tuple, NULL);

	return entry && !socket_table_find(existing->sessions, tuple, entry) ? entry : NULL;
}

/*
 * The holder of an outbound session is who connected, while another process may close it. For an
 * inbound session the process that closes it is the owner, if known.
 */
static bool is_better_owner(const struct record *known, const struct record *record)
{
	return known->pid && (!record->pid || known->direction == DIRECTION_OUT);
}

static void complete(struct record *record, const struct record *known)
{
	record->direction = known->direction;
	if (!record->born_ns)
		record->born_ns = known->born_ns;
	if (!is_better_owner(known, record))
		return;
	record->pid = known->pid;
	record->uid = known->uid;
	record->owner = known->owner;
	record->kin = known->kin;
	memcpy(record->comm, known->comm, sizeof(record->comm));
}

void existing_complete(struct existing *existing, struct record *record)
{
	struct socket_table_entry *entry;

	if (record->closed_ns < existing->since_ns)
		return;
	entry = find(existing, record);
	if (!entry)
		return;
	if (record->preexisting)
		complete(record, &entry->record);
	/*
	 * Also if its beginning was seen: a later session with these addresses and ports is another
	 * one.
	 */
	socket_table_remove(existing->sessions, entry);
}

const struct record *existing_find(const struct existing *existing, const struct record *tuple)
{
	const struct socket_table_entry *entry = find(existing, tuple);

	return entry ? &entry->record : NULL;
}
