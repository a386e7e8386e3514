/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A session as a person speaks of it: what a record means, once the kernel's bookkeeping is off. */
#ifndef TCPLIFE_SESSION_H
#define TCPLIFE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/record.h"
#include "probe-select/layout.h"

/* How a session ended, from its last state and sk_err; names by ending_name(). */
enum ending {
	ENDING_UNKNOWN,
	ENDING_OPEN,	    /* has not ended yet */
	ENDING_FIN_LOCAL,   /* orderly; we closed first */
	ENDING_FIN_REMOTE,  /* orderly; the peer closed first */
	ENDING_FIN_BOTH,    /* orderly; both closed at once */
	ENDING_RST_LOCAL,   /* we reset it: SO_LINGER 0, or closed with data unread */
	ENDING_RST_REMOTE,  /* the peer reset it */
	ENDING_RST_CLOSED,  /* a reset after our close: which side's is not known */
	ENDING_TIMEOUT,	    /* no answer */
	ENDING_REFUSED,	    /* nobody listened */
	ENDING_UNREACHABLE, /* the network or host said so, or said nothing of a route */
	ENDING_NO_PORT,	    /* connect(2) found no free port, or its own taken */
	ENDING_CANCELLED,   /* the connector gave up before an answer came */
	ENDING_ABORTED,	    /* destroyed by an administrator (ss -K) */
	ENDING_CHECKPOINT,  /* closed in TCP_REPAIR: the connection may go on elsewhere */
	ENDING_ERROR,	    /* any other errno, in `error` */
	ENDINGS,
};

struct session {
	/* The beginning and end by the wall clock, nanoseconds since 1970; end is now, if open. */
	int64_t started_ns;
	int64_t ended_ns;
	int64_t wall_offset_ns; /* by how much both are ahead of clock_now_ns() */
	int64_t duration_ns;	/* from ESTABLISHED, else from SYN_SENT */
	int64_t connect_ns;	/* from SYN_SENT to ESTABLISHED; -1: not an active open, or never */
	int64_t accept_wait_ns; /* from ESTABLISHED to the return of accept(2); -1: unknown */
	int64_t scope_id;	/* interface index of a link-local address; -1: none, or unknown */
	int64_t tx_bytes;	/* payload that the peer acknowledged; -1: unknown */
	int64_t rx_bytes;	/* payload that arrived in order; -1: unknown */
	int64_t retrans;	/* segments sent again; -1: unknown */
	int64_t rtt_us;		/* smoothed round trip time; -1: unknown */
	int64_t uid;		/* -1: unknown */
	int64_t netns;		/* inode number; -1: unknown */
	uint64_t cgroup_id;	/* 0: unknown */
	uint32_t pid;		/* 0: unknown */
	int error;		/* sk_err, a positive errno; 0: none; -1: unknown */
	uint16_t lport;
	uint16_t rport;
	uint16_t port;	   /* session_service_port() */
	uint8_t ip;	   /* 4 or 6 */
	uint8_t laddr[16]; /* the first four bytes only, if ip is 4 */
	uint8_t raddr[16];
	enum direction direction;
	enum ending ending;
	enum owner owner;
	bool age_known;	    /* false: it began before the tracer, and lasted at least duration_ns */
	const char *cgroup; /* the path of cgroup_id; NULL: unknown; borrowed */
	char comm[COMM_LEN + 1]; /* as the kernel has it, any bytes; "-" if pid is 0 */
};

/* What records can tell on this kernel: a bit a known layout field, and these. */
enum session_knowledge {
	KNOWN_ACCEPT = LAYOUT_FIELD_COUNT, /* there is an accept hook */
	KNOWN_CLOSER,			   /* or at least one that tells who closes */
	KNOWN_CGROUP,			   /* the kernel tells a process's cgroup */
};

#define KNOWS(what) (UINT64_C(1) << (what))

/* What it takes to understand records; the same for all of a run. */
struct session_view {
	uint64_t known;		/* a mask of enum session_knowledge */
	int64_t wall_offset_ns; /* clock_wall_ns() less clock_now_ns() */
	int64_t since_ns;	/* when tracing began, by clock_now_ns() */
};

/* Reads a record; never fails. */
void session_read(struct session *s, const struct record *r, const struct session_view *view);

/*
 * Reads the record of a session that is open: closed_ns is now, and the counters, netns and times
 * are what the kernel says of the socket, whatever the view; not so if `counted` is false, when
 * they are unknown.
 */
void session_read_open(struct session *s, const struct record *r, const struct session_view *view,
		       bool counted);

/* Whether this is how a session ends that comes to nothing, or that breaks. */
bool ending_is_failure(enum ending ending);
/* Whether it failed before it was established, as far as is known. */
bool session_failed(const struct session *s);

/* The service's port: local if inbound, remote if outbound, else the lower. */
uint16_t session_service_port(const struct session *s);

/* "fin-local"...; never NULL. */
const char *ending_name(enum ending ending);
/* "out", "in", or NULL if unknown. */
const char *direction_name(enum direction direction);
/* "connect", "accept", "close", "proc", or NULL if unknown. */
const char *owner_name(enum owner owner);

#endif
