/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The interface between the kernel side and user space. No pointers, and all padding is explicit.
 */
#ifndef TCPLIFE_RECORD_H
#define TCPLIFE_RECORD_H

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

/* A finished session at its last state change. Times are CLOCK_MONOTONIC, in nanoseconds. */
struct record {
	__u64 born_ns;	      /* SYN_SENT, or ESTABLISHED if passive; 0: before the tracer */
	__u64 established_ns; /* 0: not reached, or before the tracer */
	__u64 accepted_ns;    /* return of accept(2); 0: not accepted, or not seen */
	__u64 closed_ns;      /* CLOSE */
	__u64 bytes_acked;    /* tcp_sock's counters, which include SYN and FIN */
	__u64 bytes_received;
	__u64 sk_flags;	 /* bit SOCK_DONE: the peer's FIN has arrived */
	__u64 cgroup_id; /* of the owner; 0: unknown */
	__u8 laddr[16];	 /* IPv6, or IPv4 as ::ffff:a.b.c.d */
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

/* TCP states, numbered as in the kernel (include/net/tcp_states.h, unchanged since 2.6). */
enum tcp_state {
	STATE_ESTABLISHED = 1,
	STATE_SYN_SENT,
	STATE_SYN_RECV,
	STATE_FIN_WAIT1,
	STATE_FIN_WAIT2,
	STATE_TIME_WAIT,
	STATE_CLOSE,
	STATE_CLOSE_WAIT,
	STATE_LAST_ACK,
	STATE_LISTEN,
	STATE_CLOSING,
};

/* Counters in the map `losses`, each a __u64. */
enum loss {
	LOSS_BUFFER,	  /* records that found the buffer full */
	LOSS_SESSIONS,	  /* sessions that found the table full */
	LOSS_PREEXISTING, /* sessions not printed because their beginning was not seen */
	LOSS_ENDS, /* sessions replaced by another at the same address before their end was seen */
	LOSS_SENT, /* not a loss: records written to a perf buffer, or lost there */
	LOSS_IN_KERNEL, /* number of these counters */
};

/* Kernel fields that may be unknown: bits of config.known. */
enum known {
	KNOWN_STATE = 1 << 0, /* and skc_reuse, which follows it */
	KNOWN_HASH = 1 << 1,
	KNOWN_SOFT_ERROR = 1 << 2,
	KNOWN_ERROR_QUEUE = 1 << 3,
	KNOWN_LINGER2 = 1 << 4, /* and skc_flags */
	KNOWN_SCOPE = 1 << 6,	/* skc_bound_dev_if */
	KNOWN_LEADER = 1 << 5,	/* a task's group_leader, and its comm */
};

#define PORT_WORDS 1024 /* a port set: port p is bit p % 64 of word p / 64 */

/* What the kernel side needs to know about the command line and the kernel. */
struct config {
	__u32 local_ports;     /* 1: only sessions whose local port is in the map `local_ports` */
	__u32 remote_ports;    /* 1: the same for `remote_ports` */
	__u32 pids;	       /* 1: only sessions whose owner is in the map `pids` */
	__u32 family;	       /* 4 or 6; 0: both. IPv4 on a dual-stack socket is 4 */
	__u32 abort_known;     /* 1: sk_err can be read, so an abort by close(2) is recognized */
	__u32 known;	       /* bits of enum known */
	__u32 preexisting;     /* 1: also send sessions whose beginning was not seen */
	__u32 tuples;	       /* 1: keep the map `tuples` */
	__u32 hold;	       /* 1: records wait for who closes a dead socket (map `held`) */
	__u32 uid;	       /* 1: record the owner's uid */
	__u32 netns;	       /* 1: record the network namespace */
	__u32 cgroup;	       /* 1: record the owner's cgroup */
	__u32 ports_at_accept; /* 1: the accept hook can read both ports, for filtering */
	__u32 state_at_accept; /* 1: the accept hook can read the state */
	__u32 task;	       /* 1: the typed hook can read the current process */
	__u32 clock;	       /* 1: the typed hook can read TCP's cached clock */
	__u32 protocol_mask;   /* for sk_protocol, one byte before 5.6; 0: unreadable */
	__u32 primary_sets;    /* in the map `primary`, a power of two; 0: there is none */
	__u32 slot_count;      /* in the map `slots`, a power of two; 0: there is none */
	__u32 slot_limit;      /* records that may wait there */
	__u32 wakeup_bytes;    /* wake the reader each time this much waits (ring generation) */
};

#endif
