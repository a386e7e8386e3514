/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The record of a finished session: fills it in, and sends it or lets it wait for its owner. */
#ifndef TCPLIFE_FINISHED_BPF_H
#define TCPLIFE_FINISHED_BPF_H

#include "change.bpf.h"
#include "ending.bpf.h"
#include "sessions.bpf.h"

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
	r->kin = conn->kin;
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

#endif
