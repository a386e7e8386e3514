/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The records of sessions that the other end or a timer ended, where no accept hook tells whose
 * they are: each waits until the process that holds the dead socket closes it, for then the kernel
 * destroys the socket while that process runs (tcp:tcp_destroy_sock, 4.16). What finds no room is
 * sent at once, and user space takes what is left when tracing ends: nothing is lost, but owners.
 */
#ifndef TCPLIFE_HELD_BPF_H
#define TCPLIFE_HELD_BPF_H

#include "lifespan.bpf.h"

/* True if the kernel is to destroy this socket, and the record of its session waits for that. */
static __always_inline bool held_is_same(const struct record *r, struct sock *sk)
{
	return r->rport == socket_remote_port(sk);
}

/* The kernel destroys a socket. */
static __always_inline int held_release(void *ctx, struct sock *sk)
{
	const volatile struct config *config = config_get();
	__u64 key = session_key(sk);
	const struct record *waiting;
	struct life closer = {};
	struct record r;

	if (!config || !config->hold)
		return 0;
	waiting = bpf_map_lookup_elem(&held, &key);
	if (!waiting)
		return 0;
	r = *waiting;
	bpf_map_delete_elem(&held, &key);
	/* Or the kernel has not told of the end of the one that waited. */
	if (held_is_same(&r, sk))
		owner_set(config, &closer, OWNER_CLOSE);
	r.pid = closer.pid;
	r.uid = closer.uid;
	r.cgroup_id = closer.cgroup_id;
	r.owner = closer.owner;
	__builtin_memcpy(r.comm, closer.comm, sizeof(r.comm));
	if (record_is_wanted(config, &r))
		record_send(ctx, &r);
	return 0;
}

#endif
