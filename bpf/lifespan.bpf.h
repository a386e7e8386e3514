/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The life of a session from birth to record, written once for all hooks. A hook reports each state
 * change to lifespan_change(), the accept hook each accepted socket to lifespan_accept()
 * (accepted.bpf.h).
 *
 * A hook file includes this and defines the functions that depend on the hook.
 */
#ifndef TCPLIFE_LIFESPAN_BPF_H
#define TCPLIFE_LIFESPAN_BPF_H

#include "ending.bpf.h"
#include "owner.bpf.h"
#include "rehearsal.h"
#include "sessions.bpf.h"
#include "socket.bpf.h"
#include "tcp_state.h"

/* A state change as seen by the hook. */
struct change {
	void *ctx; /* the hook's context */
	struct sock *sk;
	int oldstate; /* enum tcp_state */
	int newstate;
};

/* The ports in host order. The local one is known once the session is established. */
static __always_inline __u16 hook_local_port(const struct change *c);
static __always_inline __u16 hook_remote_port(const struct change *c);
/* Reads addresses and ports. tp: the same socket, in the form that the hook may load from. */
static __always_inline void hook_read_tuple(const struct change *c, struct tcp_sock *tp,
					    struct record *r);

/* Whether a change has a meaning for us. Cheap enough to ask before anything is read. */
static __always_inline bool lifespan_cares(int oldstate, int newstate)
{
	const __u32 meaningful = 1 << STATE_SYN_SENT | 1 << STATE_ESTABLISHED |
				 1 << STATE_FIN_WAIT1 | 1 << STATE_LAST_ACK | 1 << STATE_CLOSE;

	if (newstate == STATE_SYN_RECV)
		return oldstate == STATE_SYN_SENT;
	return meaningful >> (newstate & 15) & 1;
}

/*
 * Whether a packet or a timer made the change and not the process that holds the socket: then no
 * process holds it, or it is just being released, which handles the packets in the backlog.
 */
static __always_inline bool change_is_tcps_own(const struct change *c)
{
	const __u32 closing = 1 << STATE_FIN_WAIT1 | 1 << STATE_FIN_WAIT2 | 1 << STATE_CLOSING |
			      1 << STATE_LAST_ACK;

	return (c->newstate == STATE_ESTABLISHED || closing >> (c->oldstate & 15) & 1) &&
	       (!LOAD(c->sk, sk_lock.owned) || LOAD(c->sk, sk_backlog.len));
}

/*
 * The time of the change. For a change that TCP makes itself, it has read the clock before
 * (tcp_mstamp_refresh()).
 */
static __always_inline __u64 change_ns(const volatile struct config *config, const struct change *c)
{
#ifdef HOOK_TYPED
	const struct tcp_sock *tp;

	if (config->clock && change_is_tcps_own(c)) {
		tp = tcp_of(c->sk);
		if (tp)
			return opaque(tp)->tcp_clock_cache;
	}
#endif
	return bpf_ktime_get_ns();
}

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

/* Whether the addresses and ports pass the filters. */
static __always_inline bool tuple_is_wanted(const volatile struct config *config,
					    const struct change *c, struct tcp_sock *tp,
					    struct record *r)
{
	bool v4;

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

/* User space may know a better owner of a session older than the tracer. */
static __always_inline bool record_is_wanted(const volatile struct config *config,
					     const struct record *r)
{
	return !config->pids || r->preexisting || bpf_map_lookup_elem(&pids, &r->pid);
}

/* Sends a record from the stack. */
static __always_inline void record_send(void *ctx, struct record *from)
{
	__u64 number = 0;
	struct record *r = record_begin(from, &number);

	if (!r)
		return;
#ifdef BUFFER_RING
	*r = *from;
#endif
	record_end(ctx, r, number);
}

/* Whether the owner is unknown but a process still holds the socket. */
static __always_inline bool owner_is_awaited(const volatile struct config *config, struct sock *sk,
					     const struct conn *conn)
{
	return config->hold && !conn->owner && conn->direction != DIRECTION_OUT &&
	       !(LOAD(sk, __sk_common.skc_flags) & SOCK_DEAD);
}

/* conn: what is known of the session. */
static __always_inline void record_fill(const volatile struct config *config,
					const struct change *c, struct tcp_sock *tp,
					const struct conn *conn, struct record *r)
{
	hook_read_tuple(c, tp, r);
	r->born_ns = conn->born_ns;
	r->established_ns = conn->established_ns;
	r->accepted_ns = conn_accepted_ns(conn, session_key(c->sk));
	r->closed_ns = change_ns(config, c);
	r->bytes_acked = LOAD(tp, bytes_acked);
	r->bytes_received = LOAD(tp, bytes_received);
#ifdef BUFFER_PERF
	r->bytes_acked -= conn->acked_before;
	r->bytes_received -= conn->received_before;
#endif
	r->sk_flags = LOAD(c->sk, __sk_common.skc_flags);
	r->cgroup_id = conn->cgroup_id;
	r->pid = conn->pid;
	r->uid = conn->uid;
	r->ifindex = socket_scope(config, c->sk, r);
	r->netns = config->netns ? socket_netns(c->sk) : 0;
	r->srtt_us = LOAD(tp, srtt_us);
	r->total_retrans = LOAD(tp, total_retrans);
	r->sk_err = LOAD(c->sk, sk_err);
	r->state = c->oldstate;
	if (c->oldstate == STATE_SYN_SENT && !r->sk_err)
		r->sk_err = connect_error(config, c->sk, r->lport);
	r->manner = manner_of(config, c->sk, tp, r);
	r->direction = conn->direction;
	r->owner = conn->owner;
	r->preexisting = !conn->born_ns;
	__builtin_memcpy(r->comm, conn->comm, sizeof(r->comm));
}

/* Keeps the record until the socket is destroyed, or sends it if there is no room. */
static __always_inline void record_hold(const volatile struct config *config,
					const struct change *c, struct tcp_sock *tp, __u64 key,
					const struct conn *conn, struct record *on_stack)
{
	__builtin_memset(on_stack, 0, sizeof(*on_stack));
	record_fill(config, c, tp, conn, on_stack);
	if (bpf_map_update_elem(&held, &key, on_stack, BPF_NOEXIST) &&
	    record_is_wanted(config, on_stack))
		record_send(c->ctx, on_stack);
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
	if (config->remote_ports && !port_in(&remote_ports, hook_remote_port(c)))
		return 0;
	/* The local port is known now: drop sessions that the filters exclude. */
	if (c->newstate == STATE_ESTABLISHED && config->local_ports &&
	    !port_in(&local_ports, hook_local_port(c))) {
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

/* False if the session's state shows that lifespan_change() has handled this change. */
static __always_inline bool lifespan_missed(const struct change *c)
{
	const volatile struct config *config = config_get();
	const struct conn *conn = config ? session_find(config, session_key(c->sk)) : NULL;

	return !conn || conn->state != c->newstate;
}

#endif
