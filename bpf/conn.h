/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel side keeps of a session until it ends. User space reads it to list open sessions.
 */
#ifndef TCPLIFE_BPF_CONN_H
#define TCPLIFE_BPF_CONN_H

#include "record.h"

#define ACCEPT_CLAIMED 1 /* in `accepted`: the accept hook is writing the owner */

/*
 * The state of an open session, in the maps `primary` and `sessions`. Key: the address of its
 * struct sock. An entry of `sessions` takes two cache lines; the first has the key and the first
 * eight bytes of this.
 */
struct conn {
	__u8 direction;
	__u8 owner;
	__u8 state; /* the newest seen; 0: none yet */
	__u8 pad;
	__u32 pid;
	__u64 born_ns; /* 0: only the owner is known */
	__u64 established_ns;
	__u64 kin; /* as in struct record */
	char comm[COMM_LEN];
	__u32 uid;
	/*
	 * The low half of the key for which the accept hook named the owner; written last. If it
	 * differs, that hook was late: the session that it was about had ended.
	 */
	__u32 accepted;
	__u64 accepted_ns; /* when the accept hook ran; 0: it has not */
#ifndef BUFFER_RING
	/*
	 * The counters at birth: before about 4.15 they do not restart at 0 when a socket connects
	 * again. The ring generation does not have these.
	 */
	__u64 acked_before;
	__u64 received_before;
#endif
};

/* When accept(2) returned the session; 0: not yet, or the accept hook was late. */
static inline __u64 conn_accepted_ns(const struct conn *conn, __u64 key)
{
	return conn->accepted == (__u32)key ? conn->accepted_ns : 0;
}

/* Removes an owner that belongs to another session or is incomplete. */
static inline void conn_check_owner(struct conn *conn, __u64 key)
{
	if (conn->owner && (conn->owner != OWNER_ACCEPT || conn->accepted == (__u32)key))
		return;
	conn->owner = OWNER_UNKNOWN;
	conn->pid = 0;
	conn->uid = 0;
	conn->kin = 0;
	conn->comm[0] = '\0';
}

#endif
