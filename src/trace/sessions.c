// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sessions.h"

#include <stddef.h>
#include <string.h>

#include <bpf/bpf.h>

#include "bpf/primary.h"
#include "bpf/tuple.h"

/* The key of the entry in a way; 0: none, or its session has ended. */
static uint64_t primary_key(const struct primary_set *set, int way)
{
	const uint64_t key = set->lines[0][way];

	return key & PRIMARY_CLAIMED ? 0 : key & ~(uint64_t)PRIMARY_OWNING;
}

/* The ring generation does not have the members from acked_before on. */
static void primary_copy(const struct primary_set *set, int way, struct conn *conn)
{
	*conn = (struct conn){};
	memcpy(conn, set->lines[way], offsetof(struct conn, acked_before));
}

bool sessions_find(const struct sessions *sessions, uint64_t key, struct conn *conn)
{
	struct primary_set set;
	uint32_t index;

	*conn = (struct conn){};
	if (sessions->primary_sets) {
		index = primary_index(key, sessions->primary_sets);
		if (bpf_map_lookup_elem(sessions->primary, &index, &set))
			return false;
		for (int way = 1; way <= PRIMARY_WAYS; way++)
			if (primary_key(&set, way) == key) {
				primary_copy(&set, way, conn);
				return true;
			}
	}
	return !bpf_map_lookup_elem(sessions->hash, &key, conn);
}

static void each_primary(const struct sessions *sessions, sessions_fn fn, void *arg)
{
	struct primary_set set;
	struct conn conn;

	for (uint32_t i = 0; i < sessions->primary_sets; i++) {
		if (bpf_map_lookup_elem(sessions->primary, &i, &set))
			return;
		for (int way = 1; way <= PRIMARY_WAYS; way++)
			if (primary_key(&set, way)) {
				primary_copy(&set, way, &conn);
				fn(arg, primary_key(&set, way), &conn);
			}
	}
}

bool sessions_each(const struct sessions *sessions, sessions_fn fn, void *arg)
{
	uint64_t key = 0, first = 0;
	bool once = true;

	each_primary(sessions, fn, arg);
	/*
	 * No socket has address 0. An unknown key returns the first key, as NULL does since 4.12.
	 * So does a key removed meanwhile; the limit prevents an endless loop.
	 */
	for (uint32_t i = 0; i < 2 * sessions->most; i++) {
		struct conn conn = {};

		if (bpf_map_get_next_key(sessions->hash, &key, &key))
			return once;
		once = once && key != first;
		if (!i)
			first = key;
		if (!bpf_map_lookup_elem(sessions->hash, &key, &conn))
			fn(arg, key, &conn);
	}
	return false;
}

static struct record record_of(const struct conn *conn, const struct tuple *tuple)
{
	struct record r = {
		.born_ns = conn->born_ns,
		.established_ns = conn->established_ns,
		.bytes_acked = 0 - conn->acked_before,
		.bytes_received = 0 - conn->received_before,
		.kin = conn->kin,
		.pid = conn->pid,
		.uid = conn->uid,
		.netns = tuple->netns,
		.lport = tuple->lport,
		.rport = tuple->rport,
		.state = conn->state,
		.direction = conn->direction,
		.owner = conn->owner,
	};

	memcpy(r.laddr, tuple->laddr, sizeof(r.laddr));
	memcpy(r.raddr, tuple->raddr, sizeof(r.raddr));
	memcpy(r.comm, conn->comm, sizeof(r.comm));
	return r;
}

bool sessions_read(const struct sessions *sessions, uint64_t key, const struct tuple *tuple,
		   struct record *record)
{
	struct conn conn;

	if (!sessions_find(sessions, key, &conn) || !conn.born_ns)
		return false;
	conn_check_owner(&conn, key);
	*record = record_of(&conn, tuple);
	record->accepted_ns = conn_accepted_ns(&conn, key);
	return true;
}
