/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What user space tells the kernel side before it is loaded. */
#ifndef TCPLIFE_BPF_CONFIG_H
#define TCPLIFE_BPF_CONFIG_H

#include <linux/types.h>

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
	__u32 ppid;	       /* 1: record the owner's parent */
	__u32 netns;	       /* 1: record the network namespace */
	__u32 cgroup;	       /* 1: record the owner's cgroup */
	__u32 ports_at_accept; /* 1: the accept hook can read both ports, for filtering */
	__u32 state_at_accept; /* 1: the accept hook can read the state */
	__u32 task;	       /* 1: the typed hook can read the current process */
	__u32 clock;	       /* 1: the typed hook can read TCP's cached clock */
	__u32 further;	       /* 1: programs may stand by for changes that the first misses */
	__u32 protocol_mask;   /* for sk_protocol, one byte before 5.6; 0: unreadable */
	__u32 only_netns;      /* only sessions in this network namespace; 0: any */
	__u32 primary_sets;    /* in the map `primary`, a power of two; 0: there is none */
	__u32 slot_count;      /* in the map `slots`, a power of two; 0: there is none */
	__u32 slot_limit;      /* records that may wait there */
	__u32 wakeup_bytes;    /* wake the reader each time this much waits (ring generation) */
};

#endif
