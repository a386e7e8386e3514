/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an accepted socket tells: the owner of its session. */
#ifndef TCPLIFE_ACCEPTED_BPF_H
#define TCPLIFE_ACCEPTED_BPF_H

#include "lifespan.bpf.h"

/* False only if the accepted socket's ports are known not to be wanted. */
static __always_inline bool accepted_is_wanted(const volatile struct config *config,
					       const struct sock *sk)
{
	__u16 lport = 0, rport = 0;

	if (!config->ports_at_accept || (!config->local_ports && !config->remote_ports))
		return true;
	read_kernel(&lport, sizeof(lport), &sk->__sk_common.skc_num);
	read_kernel(&rport, sizeof(rport), &sk->__sk_common.skc_dport);
	return (!config->local_ports || port_in(&local_ports, lport)) &&
	       (!config->remote_ports || port_in(&remote_ports, net16(rport)));
}

/*
 * Whether an accepted socket without a known session may still need its owner noted: it is not
 * established yet, or is older than the tracer. If a session ended in the accept queue, a note
 * would name the owner of the next session at that address.
 */
static __always_inline bool accepted_is_early(const volatile struct config *config,
					      const struct sock *sk)
{
	__u8 state = STATE_SYN_RECV;

	if (config->state_at_accept)
		read_kernel(&state, sizeof(state), &sk->__sk_common.skc_state);
	return state == STATE_SYN_RECV || (config->preexisting && state != STATE_CLOSE);
}

/*
 * Finds what the accept hook has just added to `sessions`. The session of an established socket was
 * in the table before; if it no longer is, the session has ended, and the owner is dropped.
 */
static __always_inline struct conn *early_find(const volatile struct config *config,
					       const struct sock *sk, __u64 key)
{
	const bool early = accepted_is_early(config, sk);
	struct conn *conn = overflow_find(config, key);

	if (conn && !early && !loaded_before(conn, early)->born_ns) {
		overflow_drop(config, key);
		return NULL;
	}
	return conn;
}

static __always_inline void owner_write(const volatile struct config *config, __u64 key,
					struct conn *conn)
{
	owner_set(config, conn, OWNER_ACCEPT);
	conn->accepted_ns = bpf_ktime_get_ns();
	accepted_set(config, conn, key);
}

/*
 * Makes the current process the owner of the session. That may end at any time and another take its
 * place, but not while the owner is marked as being written. Returns false if it has ended.
 */
static __always_inline bool owner_accept(const volatile struct config *config, __u64 key)
{
	struct primary_entry entry = {};
	struct conn *conn;
	bool found;

	if (primary_own(config, key, &entry)) {
		owner_write(config, key, entry.conn);
		primary_disown(key, &entry);
		return true;
	}
	conn = overflow_find(config, key);
	if (!conn || !accepted_claim(config, conn))
		return false;
	found = overflow_find(config, key) == conn;
	if (found)
		owner_write(config, key, conn);
	else
		accepted_set(config, conn, 0);
	return found;
}

/*
 * sk: the return value of inet_csk_accept(), NULL if it failed. Inlined, since user space can
 * remove unknown instructions only from whole programs (base/insns.h). Returns true if it has noted
 * the owner.
 */
static __always_inline bool lifespan_accept(const struct sock *sk)
{
	const volatile struct config *config = config_get();
	__u64 key = session_key(sk);
	bool noted = false;
	struct conn *conn;

	if (!key || !config)
		return false;
	conn = session_find(config, key);
	if (!conn && !accepted_is_early(config, sk)) {
		/* It may have begun after the first look and before its state was read. */
		conn = session_find(config, key);
	} else if (!conn && accepted_is_wanted(config, sk)) {
		conn_begin_owner(config, key, OWNER_ACCEPT);
		noted = true;
		if (primary_is_there(config))
			overflow_fence();
		/*
		 * It may have begun meanwhile on another CPU, which may or may not have fetched the
		 * owner.
		 */
		conn = primary_find(config, key);
		if (conn)
			overflow_drop(config, key);
		else
			conn = early_find(config, sk, key);
	}
	return conn && !conn->owner ? owner_accept(config, key) : noted;
}

#endif
