/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Records of sessions that the peer or a timer ended, on kernels where no accept hook tells the
 * owner. Each waits until the process that holds the dead socket closes it, when the kernel
 * destroys the socket in that process (tcp:tcp_destroy_sock, 4.16). Records that find no room are
 * sent at once, and user space takes the rest when tracing ends; so only owners are lost.
 */
#ifndef TCPLIFE_HELD_BPF_H
#define TCPLIFE_HELD_BPF_H

#include "lifespan.bpf.h"

/* Whether the waiting record belongs to the socket that is destroyed. */
static __always_inline bool held_is_same(const struct record *r, struct sock *sk)
{
	return r->rport == socket_remote_port(sk);
}

/* Called when the kernel destroys a socket. */
static __always_inline int held_release(void *ctx, struct sock *sk)
{
	const volatile struct config *config = config_get();
	__u64 key = session_key(sk);
	const struct record *waiting;
	struct conn closer = {};
	struct record r;

	if (!config || !config->hold)
		return 0;
	waiting = bpf_map_lookup_elem(&held, &key);
	if (!waiting)
		return 0;
	r = *waiting;
	/* If the kernel refuses, user space takes it when tracing ends. */
	if (bpf_map_delete_elem(&held, &key))
		return 0;
	/* Otherwise the end of the waiting record's socket was not reported. */
	if (held_is_same(&r, sk))
		owner_set(config, &closer, OWNER_CLOSE);
	r.pid = closer.pid;
	r.uid = closer.uid;
	r.kin = closer.kin;
	r.owner = closer.owner;
	__builtin_memcpy(r.comm, closer.comm, sizeof(r.comm));
	if (record_is_wanted(config, &r))
		record_send(ctx, &r);
	return 0;
}

#endif
