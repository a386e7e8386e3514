/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel side keeps of a session until it ends. User space reads it to list open sessions.
 */
#ifndef TCPLIFE_LIFE_H
#define TCPLIFE_LIFE_H

#include "record.h"

/*
 * The state of a session, in the maps `primary` and `sessions`. Key: the address of its struct
 * sock. An entry of `sessions` takes two cache lines; the first has the key and the first eight
 * bytes of this.
 */
struct life {
	__u8 direction;
	__u8 owner;
	__u8 state; /* the newest seen; 0: none yet */
	__u8 pad;
	__u32 pid;
	__u64 born_ns; /* 0: only the owner is known */
	__u64 established_ns;
	__u64 cgroup_id;
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
static inline __u64 life_accepted_ns(const struct life *life, __u64 key)
{
	return life->accepted == (__u32)key ? life->accepted_ns : 0;
}

/* Removes an owner that belongs to another session or is incomplete. */
static inline void life_check_owner(struct life *life, __u64 key)
{
	if (life->owner && (life->owner != OWNER_ACCEPT || life->accepted == (__u32)key))
		return;
	life->owner = OWNER_UNKNOWN;
	life->pid = 0;
	life->uid = 0;
	life->cgroup_id = 0;
	life->comm[0] = '\0';
}

/*
 * The sessions of the ring generation in the map `primary`, by primary_index() of the key. Each
 * line of 64 bytes is one session; but the first line has the keys: that of line i at i, 0 if free.
 */
#define PRIMARY_WAYS 7
/*
 * Never set in a socket's address. Alone: the entry is not complete yet. With a key: the session
 * ended while the accept hook was writing its owner.
 */
#define PRIMARY_CLAIMED 1
#define ACCEPT_CLAIMED	1 /* in `accepted`: the accept hook is writing the owner */

struct primary_set {
	__u64 lines[PRIMARY_WAYS + 1][8];
};

/* sets: their number, a power of two. Sockets are a few cache lines apart. */
static inline __u32 primary_index(__u64 key, __u32 sets)
{
	return (key >> 6) * 0x9e3779b97f4a7c15ULL >> 32 & (sets - 1);
}

/* Where a session goes from and to: map `tuples`, with the same keys. Only kept for --open. */
struct tuple {
	__u8 laddr[16]; /* as in struct record */
	__u8 raddr[16];
	__u32 netns; /* 0: unknown */
	__u16 lport; /* 0: SYN_SENT, before a port is chosen */
	__u16 rport;
};

#endif
