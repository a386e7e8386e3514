/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The life of a session, from birth to record. Written once: a hook tells of each state change by
 * lifespan_change(), the accept hook of each accepted socket by lifespan_accept().
 *
 * A hook file includes this and defines the two functions that the hook alone can answer.
 */
#ifndef TCPLIFE_LIFESPAN_BPF_H
#define TCPLIFE_LIFESPAN_BPF_H

#include "maps.bpf.h"
#include "socket.bpf.h"

/* One state change as the hook saw it. */
struct change {
	void *ctx; /* the hook's own */
	struct sock *sk;
	int oldstate; /* enum tcp_state */
	int newstate;
};

/* The port at the other end, host order. */
static __always_inline __u16 hook_remote_port(const struct change *c);
/* Addresses and ports. */
static __always_inline void hook_read_ends(const struct change *c, struct record *r);

/* True for the changes that mean something: cheap enough to ask before anything is read. */
static __always_inline bool lifespan_cares(int oldstate, int newstate)
{
	const __u32 meaningful = 1 << STATE_SYN_SENT | 1 << STATE_ESTABLISHED |
				 1 << STATE_FIN_WAIT1 | 1 << STATE_LAST_ACK | 1 << STATE_CLOSE;

	if (newstate == STATE_SYN_RECV)
		return oldstate == STATE_SYN_SENT;
	return meaningful >> (newstate & 15) & 1;
}

/* Names `current` as the owner. */
static __always_inline void owner_set(struct life *life, enum owner how)
{
	__u64 comm[COMM_LEN / 8] = {};
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	const __u64 kworker = 0x2f72656b726f776bULL; /* "kworker/" */

	bpf_get_current_comm(comm, sizeof(comm));
	/* A close put off to a kernel worker says nothing of who closed. */
	if (!pid || (how != OWNER_CONNECT && comm[0] == kworker))
		return;
	life->pid = pid;
	life->uid = bpf_get_current_uid_gid();
	life->cgroup_id = cgroup_now();
	life->owner = how;
	__builtin_memcpy(life->comm, comm, sizeof(comm));
}

static __always_inline void life_begin_active(const struct change *c, __u64 key)
{
	struct life life = {
		.born_ns = bpf_ktime_get_ns(),
		.direction = DIRECTION_OUT,
	};

#ifdef BUFFER_PERF
	struct tcp_sock *tp = tcp_of(c->sk);

	life.acked_before = LOAD(tp, bytes_acked);
	life.received_before = LOAD(tp, bytes_received);
#endif
	owner_set(&life, OWNER_CONNECT);
	/* Always overwrites: the kernel reuses addresses at once, and an end may have been missed. */
	if (bpf_map_update_elem(&sessions, &key, &life, BPF_ANY))
		loss_count(LOSS_SESSIONS);
}

static __always_inline void life_begin_passive(__u64 key)
{
	struct life life = {
		.direction = DIRECTION_IN,
	};
	struct life *known;

	life.born_ns = life.established_ns = bpf_ktime_get_ns();
	if (!bpf_map_update_elem(&sessions, &key, &life, BPF_NOEXIST))
		return;
	known = bpf_map_lookup_elem(&sessions, &key);
	if (!known) {
		loss_count(LOSS_SESSIONS);
		return;
	}
	if (known->simultaneous && !known->established_ns) {
		known->established_ns = life.born_ns;
		return;
	}
	/* The accepting process, on another CPU, can be faster than this change. */
	if (known->owner == OWNER_ACCEPT && !known->born_ns) {
		known->born_ns = known->established_ns = life.born_ns;
		known->direction = DIRECTION_IN;
		return;
	}
	bpf_map_update_elem(&sessions, &key, &life, BPF_ANY);
}

/* A session whose beginning was not seen, of which at least the owner can be noted. */
static __always_inline void life_begin_owner(__u64 key, enum owner how)
{
	struct life life = {};

	owner_set(&life, how);
	if (life.pid)
		bpf_map_update_elem(&sessions, &key, &life, BPF_NOEXIST);
}

static __always_inline bool record_wanted(const volatile struct config *config, const struct record *r)
{
	if (config->local_ports && !port_in(&local_ports, r->lport))
		return false;
	if (config->remote_ports && !port_in(&remote_ports, r->rport))
		return false;
	if (config->family) {
		bool v4 = address_is_v4((const void *)r->laddr) || address_is_v4((const void *)r->raddr);

		if (v4 != (config->family == 4))
			return false;
	}
	return true;
}

static __always_inline void life_end(const volatile struct config *config, const struct change *c,
				     __u64 key)
{
	struct life *life = bpf_map_lookup_elem(&sessions, &key);
	struct record r = {};

	/* An embryonic session: it was never handed to anyone. */
	if (!life && c->oldstate == STATE_SYN_RECV)
		return;
	hook_read_ends(c, &r);
	if (!record_wanted(config, &r))
		goto out;
	if ((!life || !life->born_ns) && !config->unborn) {
		loss_count(LOSS_UNBORN);
		goto out;
	}
	socket_read_counters(c->sk, &r);
	r.closed_ns = bpf_ktime_get_ns();
	r.state = c->oldstate;
	if (life) {
		/* An abort by close(2): FIN_WAIT1 and LAST_ACK were skipped, but this is the closer. */
		if ((c->oldstate == STATE_ESTABLISHED || c->oldstate == STATE_CLOSE_WAIT) &&
		    life->direction != DIRECTION_OUT && config->abort_known && !r.sk_err)
			owner_set(life, OWNER_CLOSE);
		r.born_ns = life->born_ns;
		r.established_ns = life->established_ns;
		r.bytes_acked -= life->acked_before;
		r.bytes_received -= life->received_before;
		r.cgroup_id = life->cgroup_id;
		r.pid = life->pid;
		r.uid = life->uid;
		r.direction = life->direction;
		r.owner = life->owner;
		__builtin_memcpy(r.comm, life->comm, sizeof(r.comm));
	}
	r.unborn = !r.born_ns;
	if (config->pids && !bpf_map_lookup_elem(&pids, &r.pid))
		goto out;
	record_emit(c->ctx, &r);
out:
	if (life)
		bpf_map_delete_elem(&sessions, &key);
}

static __always_inline int lifespan_change(const struct change *c)
{
	const volatile struct config *config = config_get();
	__u64 key = (__u64)c->sk;
	struct life *life;

	if (!config)
		return 0;
	if (c->newstate == STATE_CLOSE) {
		if (c->oldstate != STATE_LISTEN && c->oldstate != STATE_CLOSE)
			life_end(config, c, key);
		return 0;
	}
	if (config->remote_ports && !port_in(&remote_ports, hook_remote_port(c)))
		return 0;
	if (c->newstate == STATE_SYN_SENT) {
		life_begin_active(c, key);
		return 0;
	}
	if (c->newstate == STATE_ESTABLISHED && c->oldstate != STATE_SYN_SENT) {
		life_begin_passive(key);
		return 0;
	}
	life = bpf_map_lookup_elem(&sessions, &key);
	if (c->newstate == STATE_ESTABLISHED) {
		if (life)
			life->established_ns = bpf_ktime_get_ns();
	} else if (c->newstate == STATE_SYN_RECV) {
		if (life)
			life->simultaneous = 1;
	} else if (life) {
		/* FIN_WAIT1 or LAST_ACK */
		if (life->direction != DIRECTION_OUT)
			owner_set(life, OWNER_CLOSE);
	} else if (config->unborn) {
		life_begin_owner(key, OWNER_CLOSE);
	}
	return 0;
}

/* sk: what inet_csk_accept() returned, NULL if it failed. */
static __always_inline int lifespan_accept(const struct sock *sk)
{
	__u64 key = (__u64)sk;
	struct life *life;

	if (!key)
		return 0;
	life = bpf_map_lookup_elem(&sessions, &key);
	if (life && !life->owner)
		owner_set(life, OWNER_ACCEPT);
	else if (!life)
		life_begin_owner(key, OWNER_ACCEPT);
	return 0;
}

#endif
