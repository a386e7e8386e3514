/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel side keeps of a session until it ends; user space reads it to list what is open.
 */
#ifndef TCPLIFE_LIFE_H
#define TCPLIFE_LIFE_H

#include "record.h"

/*
 * The life of a session so far: maps `near` and `sessions`. Key: the address of its struct sock. An
 * entry of `sessions` is two cache lines, of which one has the key and the first eight bytes of
 * this.
 */
struct life {
	__u8 direction;
	__u8 owner;
	__u8 state; /* the newest that was seen; 0: none yet */
	__u8 pad;
	__u32 pid;
	__u64 born_ns; /* 0: only its owner is known yet */
	__u64 established_ns;
	__u64 cgroup_id;
	char comm[COMM_LEN];
	__u32 uid;
	/* The low half of the key when the accept hook named the owner, written last: if it is
	 * another one, that hook was late, and the session that it meant had ended. */
	__u32 accepted;
	__u64 accepted_ns; /* when that hook ran; 0: it has not */
#ifndef BUFFER_RING
	/* The counters at birth: before 4.15 or so, a socket that is connected again does not start
	 * from 0. The ring generation's lives end before this. */
	__u64 acked_before;
	__u64 received_before;
#endif
};

/* When accept(2) returned the session; 0: it has not, or that hook was late. */
static inline __u64 life_accepted_ns(const struct life *life, __u64 key)
{
	return life->accepted == (__u32)key ? life->accepted_ns : 0;
}

/* Forgets an owner that was meant for another session, or is not whole. */
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
 * The ring generation's lives in map `near`, by near_index() of the key. Each line of 64 bytes is
 * one life, but the first, which has the keys: that of line i at i; 0: none.
 */
#define NEAR_WAYS 7
/* A key with this bit is no socket's: alone, what stands there is not whole yet; with a key, its
 * session has ended while the accept hook wrote its owner. */
#define NEAR_CLAIMED   1
#define ACCEPT_CLAIMED 1 /* in `accepted`: the accept hook is writing the owner */

struct near_set {
	__u64 lines[NEAR_WAYS + 1][8];
};

/* sets: how many there are, a power of two. Sockets stand a few cache lines apart. */
static inline __u32 near_index(__u64 key, __u32 sets)
{
	return (key >> 6) * 0x9e3779b97f4a7c15ULL >> 32 & (sets - 1);
}

/* Where a session goes from and to: map `ends`, which has the same keys, kept for --open only. */
struct ends {
	__u8 laddr[16]; /* as in struct record */
	__u8 raddr[16];
	__u32 netns; /* 0: unknown */
	__u16 lport; /* 0: SYN_SENT, when it may not be chosen yet */
	__u16 rport;
};

#endif
