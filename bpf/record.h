/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel side and user space say to each other. No pointers, no padding left to chance. */
#ifndef TCPLIFE_RECORD_H
#define TCPLIFE_RECORD_H

#include <linux/types.h>

#define COMM_LEN 16 /* TASK_COMM_LEN, the same in every kernel */

/* Who opened the session, as the state sequence tells it. */
enum direction {
	DIRECTION_UNKNOWN,
	DIRECTION_OUT, /* active open: SYN_SENT was seen */
	DIRECTION_IN,  /* passive open: ESTABLISHED without SYN_SENT */
};

/* Where the owner was learned; the kernel's `current` is only right at these moments. */
enum owner {
	OWNER_UNKNOWN,
	OWNER_CONNECT, /* SYN_SENT, in connect(2) */
	OWNER_ACCEPT,  /* the return of inet_csk_accept() */
	OWNER_CLOSE,   /* FIN_WAIT1, LAST_ACK or an abort, in close(2), shutdown(2) or exit */
	OWNER_PROC,    /* found in /proc, for a session older than the tracer */
};

/* How a session ended, where its last state and sk_err do not tell. */
enum manner {
	MANNER_USUAL,
	MANNER_GIVEN_UP,   /* TCP_LINGER2 below 0: reset instead of waiting for the peer's FIN */
	MANNER_CHECKPOINT, /* closed in TCP_REPAIR: without a word to the peer */
};

/* One finished session, as it was at its last state change. Times are CLOCK_MONOTONIC. */
struct record {
	__u64 born_ns;	      /* SYN_SENT, or ESTABLISHED of a passive open; 0: before the tracer */
	__u64 established_ns; /* ESTABLISHED; 0: never reached, or before the tracer */
	__u64 accepted_ns;    /* accept(2) returned it; 0: it did not, or was not seen to */
	__u64 closed_ns;      /* CLOSE */
	__u64 bytes_acked;    /* tcp_sock's counters as they stand: SYN and FIN still counted */
	__u64 bytes_received;
	__u64 sk_flags;	 /* bit SOCK_DONE: the peer's FIN has arrived */
	__u64 cgroup_id; /* the owner's; 0: unknown */
	__u8 laddr[16];	 /* IPv6, or IPv4 as ::ffff:a.b.c.d */
	__u8 raddr[16];
	__u32 pid;     /* thread group id in the initial PID namespace; 0: unknown */
	__u32 uid;     /* the owner's, as the initial user namespace sees it; 0 if not asked for */
	__u32 netns;   /* its inode; 0: unknown, or not asked for */
	__u32 srtt_us; /* eight times the smoothed round trip time, as tcp_sock keeps it */
	__u32 total_retrans;
	__s32 sk_err;  /* a positive errno; of a connect that ended without one, why (SYN_SENT) */
	__u32 ifindex; /* the interface of a link-local address; 0: unknown, or there is none */
	__u16 lport;   /* host order */
	__u16 rport;
	__u8 state;	/* the last state before CLOSE, enum tcp_state */
	__u8 direction; /* enum direction */
	__u8 owner;	/* enum owner */
	__u8 unborn;	/* 1: the beginning was not seen */
	__u8 manner;	/* enum manner */
	__u8 pad[3];
	char comm[COMM_LEN];
};

/* RFC 793 states by the kernel's numbers (include/net/tcp_states.h, unchanged since 2.6). */
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

/* What the kernel side counts in the map `losses`, one __u64 each. */
enum loss {
	LOSS_BUFFER,   /* records that found the buffer full */
	LOSS_SESSIONS, /* sessions that found the session map full */
	LOSS_UNBORN,   /* sessions whose beginning was not seen, so not printed */
	LOSS_ENDS, /* sessions that another one had followed at the same address before they ended
		    */
	LOSS_SENT, /* no loss: records put into a perf buffer, or lost to it */
	LOSS_IN_KERNEL, /* how many of these there are */
};

/* Fields of the kernel's structures that may be unknown: a bit each in config.known. */
enum known {
	KNOWN_STATE = 1 << 0, /* and skc_reuse, behind it */
	KNOWN_HASH = 1 << 1,
	KNOWN_SOFT_ERROR = 1 << 2,
	KNOWN_ERROR_QUEUE = 1 << 3,
	KNOWN_LINGER2 = 1 << 4, /* and skc_flags */
	KNOWN_SCOPE = 1 << 6,	/* skc_bound_dev_if */
	KNOWN_LEADER = 1 << 5,	/* of a task's group, and its name */
};

#define PORT_WORDS 1024 /* a port set: bit port%64 of word port/64, from 65,536 bits */

/* What the kernel side must know of the command line. */
struct config {
	__u32 local_ports;  /* 1: only sessions whose local port is in the map `local_ports` */
	__u32 remote_ports; /* likewise, `remote_ports` */
	__u32 pids;	    /* 1: only sessions whose owner is in the map `pids` */
	__u32 family;	    /* 4 or 6: only that; 0: both. IPv4 on a dual-stack socket is 4 */
	__u32 abort_known; /* 1: sk_err can be read, so an abort by close(2) is known for what it is
			    */
	__u32 known;	   /* bits of enum known */
	__u32 unborn;	   /* 1: emit sessions whose beginning was not seen, too */
	__u32 ends;	   /* 1: keep the map `ends` */
	__u32 hold;	   /* 1: records wait for who closes a dead socket (map `held`) */
	__u32 uid;	   /* 1: note the owner's uid */
	__u32 netns;	   /* 1: note the network namespace */
	__u32 cgroup;	   /* 1: note the owner's cgroup */
	__u32 ports_at_accept; /* 1: the accept hook can read both ports, to filter by them */
	__u32 state_at_accept; /* 1: the accept hook can read the state */
	__u32 task;	       /* 1: the typed hook can read who is running */
	__u32 clock;	       /* 1: the typed hook can read when a packet came */
	__u32 protocol_mask;   /* of what is read of sk_protocol, which has one byte before 5.6;
				0: it cannot be read */
	__u32 near_sets;       /* of map `near`, a power of two; 0: there is none */
	__u32 outbox_places;   /* of map `outbox`, a power of two; 0: there is none */
	__u32 outbox_most;     /* records that may wait there */
	__u32 wakeup_bytes;    /* wake the reader when this much is waiting (ring generation) */
};

#endif
