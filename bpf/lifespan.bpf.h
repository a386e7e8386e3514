/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The life of a session from birth to record, written once for all hooks. A hook reports each state
 * change to lifespan_change(), the accept hook each accepted socket to lifespan_accept()
 * (accepted.bpf.h).
 *
 * A hook file includes this and defines hook_read_tuple().
 */
#ifndef TCPLIFE_LIFESPAN_BPF_H
#define TCPLIFE_LIFESPAN_BPF_H

#include "finished.bpf.h"
#include "owner.bpf.h"
#include "rehearsal.h"
#include "sessions.bpf.h"

/* Notes where the session goes; called again once everything is known. */
static __always_inline void tuple_note(const struct change *c, __u64 key)
{
	struct tcp_sock *tp = tcp_of(c->sk);
	struct record r = {};
	struct tuple tuple = {};

	if (!tp)
		return;
	hook_read_tuple(c, opaque(tp), &r);
	__builtin_memcpy(tuple.laddr, r.laddr, sizeof(tuple.laddr));
	__builtin_memcpy(tuple.raddr, r.raddr, sizeof(tuple.raddr));
	tuple.netns = socket_netns(c->sk);
	tuple.lport = r.lport;
	tuple.rport = r.rport;
	/* This map is as large as that of sessions, which counts what does not fit. */
	bpf_map_update_elem(&tuples, &key, &tuple, BPF_ANY);
}

/* The old session at this address ended without a report. */
static __always_inline void conn_replace(struct conn *known, const struct conn *conn)
{
	if (known->born_ns)
		loss_count(LOSS_REPLACED);
	*known = *conn;
}

/*
 * Adds a session unless one exists for its key; then returns that one, since the kernel reuses
 * addresses at once and an end may have been missed. known: what was found for the key, or NULL.
 */
static __always_inline struct conn *conn_add(const volatile struct config *config, __u64 key,
					     struct conn *known, const struct conn *conn)
{
	if (known || session_add(config, key, conn))
		return known;
	known = overflow_find(config, key);
	if (!known)
		loss_count(LOSS_SESSIONS);
	return known;
}

static __always_inline void conn_begin_active(const volatile struct config *config,
					      const struct change *c, __u64 key, struct conn *known)
{
	struct conn conn = {
		.born_ns = bpf_ktime_get_ns(),
		.direction = DIRECTION_OUT,
		.state = STATE_SYN_SENT,
	};

	/* The connection is being restored, so it is unknown who opened it. */
	if (socket_is_in_repair(config, c->sk))
		conn.direction = DIRECTION_UNKNOWN;

#ifdef BUFFER_PERF
	struct tcp_sock *tp = tcp_of(c->sk);

	conn.acked_before = LOAD(tp, bytes_acked);
	conn.received_before = LOAD(tp, bytes_received);
#endif
	owner_set(config, &conn, OWNER_CONNECT);
	known = conn_add(config, key, known, &conn);
	if (known)
		conn_replace(known, &conn);
}

static __always_inline void conn_begin_passive(const volatile struct config *config,
					       const struct change *c, __u64 key,
					       struct conn *known)
{
	struct conn conn = {
		.direction = DIRECTION_IN,
		.state = c->newstate,
	};

	/* TCP Fast Open hands over the session in SYN_RECV, and it may be closed right then. */
	if (c->newstate == STATE_FIN_WAIT1)
		owner_set(config, &conn, OWNER_CLOSE);
	conn.born_ns = conn.established_ns = change_ns(config, c);
	known = conn_add(config, key, known, &conn);
	if (!known)
		return;
	/* Both sides connected to each other. */
	if (known->state == STATE_SYN_RECV) {
		known->established_ns = conn.born_ns;
		known->state = STATE_ESTABLISHED;
		return;
	}
	/* The accepting process on another CPU may be ahead of this change. */
	if (known->owner == OWNER_ACCEPT && !known->born_ns && !conn.owner) {
		known->born_ns = known->established_ns = conn.born_ns;
		known->direction = DIRECTION_IN;
		known->state = STATE_ESTABLISHED;
		return;
	}
	/* Closed in SYN_RECV: the closer is the owner, but when it was accepted is still known. */
	if (known->owner == OWNER_ACCEPT && !known->born_ns) {
		conn.accepted_ns = known->accepted_ns;
		conn.accepted = known->accepted;
	}
	conn_replace(known, &conn);
}

/* Notes the owner of a session whose beginning was not seen. */
static __always_inline void conn_begin_owner(const volatile struct config *config, __u64 key,
					     enum owner how)
{
	struct conn conn = {};

	owner_set(config, &conn, how);
	if (how == OWNER_ACCEPT)
		conn.accepted_ns = bpf_ktime_get_ns();
	conn.accepted = key;
	if (conn.pid)
		overflow_add(key, &conn);
}

static __always_inline void conn_forget(const volatile struct config *config, __u64 key)
{
	session_drop(config, key);
	if (config->tuples)
		bpf_map_delete_elem(&tuples, &key);
}

/* Whether the network namespace, the addresses and ports pass the filters. */
static __always_inline bool tuple_is_wanted(const volatile struct config *config,
					    const struct change *c, struct tcp_sock *tp,
					    struct record *r)
{
	bool v4;

	if (config->only_netns && socket_netns(c->sk) != config->only_netns)
		return false;
	if (!config->local_ports && !config->remote_ports && !config->family)
		return true;
	hook_read_tuple(c, tp, r);
	if (config->local_ports && !port_in(&local_ports, r->lport))
		return false;
	if (config->remote_ports && !port_in(&remote_ports, r->rport))
		return false;
	v4 = address_is_v4((const void *)r->laddr) || address_is_v4((const void *)r->raddr);
	return !config->family || v4 == (config->family == 4);
}

static __always_inline void conn_end(const volatile struct config *config, const struct change *c,
				     __u64 key)
{
	struct tcp_sock *tp = tcp_of(c->sk);
	struct record on_stack, *r;
	struct conn conn = {};
	__u64 number = 0;

	record_clear(&on_stack);
	session_take(config, key, &conn);
	conn_check_owner(&conn, key);
	/* Embryonic: never established, even if TCP Fast Open handed it over. */
	if (c->oldstate == STATE_SYN_RECV && !conn.born_ns)
		return;
	if (config->tuples)
		bpf_map_delete_elem(&tuples, &key);
	if (!tp)
		return;
	tp = opaque(tp);
	if (!tuple_is_wanted(config, c, tp, &on_stack))
		return;
	if (!conn.born_ns && !config->preexisting) {
		hook_read_tuple(c, tp, &on_stack);
		if (!rehearsal_is(on_stack.laddr, on_stack.lport, on_stack.raddr, on_stack.rport))
			loss_count(LOSS_PREEXISTING);
		return;
	}
	/*
	 * An abort by close(2) skips FIN_WAIT1 and LAST_ACK; the current process is the one that
	 * closes.
	 */
	if ((c->oldstate == STATE_ESTABLISHED || c->oldstate == STATE_CLOSE_WAIT) &&
	    conn.direction != DIRECTION_OUT && config->abort_known && !LOAD(c->sk, sk_err))
		owner_set(config, &conn, OWNER_CLOSE);
	if (owner_is_awaited(config, c->sk, &conn)) {
		record_hold(config, c, tp, key, &conn, &on_stack);
		return;
	}
	/* User space may know a better owner of a session older than the tracer. */
	if (config->pids && conn.born_ns && !bpf_map_lookup_elem(&pids, &conn.pid))
		return;
	r = record_begin(&on_stack, &number);
	if (!r)
		return;
	record_fill(config, c, tp, &conn, r);
	record_end(c->ctx, r, number);
}

static __always_inline int lifespan_change(const struct change *c)
{
	const volatile struct config *config = config_get();
	__u64 key = session_key(c->sk);
	struct conn *conn = NULL;
	bool passive;

	if (!config)
		return 0;
	if (c->newstate == STATE_CLOSE) {
		if (c->oldstate != STATE_LISTEN && c->oldstate != STATE_CLOSE)
			conn_end(config, c, key);
		return 0;
	}
	if (config->remote_ports && !port_in(&remote_ports, socket_remote_port(c->sk)))
		return 0;
	/* The local port is known now: drop sessions that the filters exclude. */
	if (c->newstate == STATE_ESTABLISHED && config->local_ports &&
	    !port_in(&local_ports, socket_local_port(c->sk))) {
		conn_forget(config, key);
		return 0;
	}
	if (config->tuples && (c->newstate == STATE_SYN_SENT || c->newstate == STATE_ESTABLISHED))
		tuple_note(c, key);
	passive = (c->newstate == STATE_ESTABLISHED && c->oldstate != STATE_SYN_SENT) ||
		  (c->newstate == STATE_FIN_WAIT1 && c->oldstate == STATE_SYN_RECV);
	/* With a hash table alone, adding tells whether the key exists. */
	if (primary_is_there(config) || !(passive || c->newstate == STATE_SYN_SENT))
		conn = session_find(config, key);
	if (c->newstate == STATE_SYN_SENT) {
		conn_begin_active(config, c, key, conn);
		return 0;
	}
	if (passive) {
		conn_begin_passive(config, c, key, conn);
		return 0;
	}
	if (conn) {
		conn->state = c->newstate;
		if (c->newstate == STATE_ESTABLISHED)
			conn->established_ns = change_ns(config, c);
		else if (c->newstate != STATE_SYN_RECV && conn->direction != DIRECTION_OUT)
			owner_set(config, conn, OWNER_CLOSE);
	} else if (config->preexisting && c->newstate != STATE_ESTABLISHED &&
		   c->newstate != STATE_SYN_RECV) {
		conn_begin_owner(config, key, OWNER_CLOSE);
	}
	return 0;
}

#endif
