/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel side sends: one struct for each finished session. No pointers, and all padding is
 * explicit.
 */
#ifndef TCPLIFE_BPF_RECORD_H
#define TCPLIFE_BPF_RECORD_H

#include <linux/types.h>

#define COMM_LEN 16 /* TASK_COMM_LEN of every kernel */

/* Who opened the session, from the sequence of states. */
enum direction {
	DIRECTION_UNKNOWN,
	DIRECTION_OUT, /* active open: SYN_SENT was seen */
	DIRECTION_IN,  /* passive open: ESTABLISHED without SYN_SENT */
};

/* How the owner was learned. The kernel's `current` is right only at these moments. */
enum owner {
	OWNER_UNKNOWN,
	OWNER_CONNECT, /* SYN_SENT, in connect(2) */
	OWNER_ACCEPT,  /* the return of inet_csk_accept() */
	OWNER_CLOSE,   /* FIN_WAIT1, LAST_ACK or an abort, in close(2), shutdown(2) or exit */
	OWNER_PROC,    /* found in /proc: the session is older than the tracer */
};

/* How a session ended, if its last state and sk_err do not tell. */
enum manner {
	MANNER_USUAL,
	MANNER_GIVEN_UP,   /* negative TCP_LINGER2: reset instead of waiting for the peer's FIN */
	MANNER_CHECKPOINT, /* closed in TCP_REPAIR, without telling the peer */
};

/*
 * Where a process belongs, in one word: 42 bits of its cgroup's id, since the kernel numbers them
 * from 1 on, and 22 bits of its parent's pid, since pids have no more. An id that does not fit is
 * unknown.
 */
static inline __u64 kin_make(__u64 cgroup_id, __u32 ppid)
{
	return (cgroup_id >> 42 ? 0 : cgroup_id) | (__u64)ppid << 42;
}

static inline __u64 kin_cgroup_id(__u64 kin)
{
	return kin & ((1ULL << 42) - 1);
}

static inline __u32 kin_ppid(__u64 kin)
{
	return kin >> 42;
}

/* A finished session at its last state change. Times are CLOCK_MONOTONIC, in nanoseconds. */
struct record {
	__u64 born_ns;	      /* SYN_SENT, or ESTABLISHED if passive; 0: before the tracer */
	__u64 established_ns; /* 0: not reached, or before the tracer */
	__u64 accepted_ns;    /* return of accept(2); 0: not accepted, or not seen */
	__u64 closed_ns;      /* CLOSE */
	__u64 bytes_acked;    /* tcp_sock's counters, which include SYN and FIN */
	__u64 bytes_received;
	__u64 sk_flags; /* bit SOCK_DONE: the peer's FIN has arrived */
	__u64 kin;	/* of the owner, by kin_make(); 0: unknown or not requested */
	__u8 laddr[16]; /* IPv6, or IPv4 as ::ffff:a.b.c.d */
	__u8 raddr[16];
	__u32 pid;     /* thread group id in the initial PID namespace; 0: unknown */
	__u32 uid;     /* of the owner, in the initial user namespace; 0 if not requested */
	__u32 netns;   /* inode number; 0: unknown or not requested */
	__u32 srtt_us; /* eight times the smoothed round trip time, as in tcp_sock */
	__u32 total_retrans;
	__s32 sk_err;  /* a positive errno; for a failed connect without one, the cause */
	__u32 ifindex; /* of a link-local address; 0: unknown or none */
	__u16 lport;   /* host order */
	__u16 rport;
	__u8 state;	  /* enum tcp_state before CLOSE */
	__u8 direction;	  /* enum direction */
	__u8 owner;	  /* enum owner */
	__u8 preexisting; /* 1: the beginning was not seen */
	__u8 manner;	  /* enum manner */
	__u8 pad[3];
	char comm[COMM_LEN];
};

#endif
