/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A session as users see it, computed from a record. */
#ifndef TCPLIFE_SESSION_H
#define TCPLIFE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/record.h"
#include "bpf/tcp_state.h"
#include "probe-select/layout.h"

/* How a session ended, from its last state and sk_err. ending_name() names them. */
enum ending {
	ENDING_UNKNOWN,
	ENDING_OPEN,	    /* not ended yet */
	ENDING_FIN_LOCAL,   /* orderly; we closed first */
	ENDING_FIN_REMOTE,  /* orderly; the peer closed first */
	ENDING_FIN_BOTH,    /* orderly; both closed at once */
	ENDING_RST_LOCAL,   /* we reset it: SO_LINGER 0, or closed with data unread */
	ENDING_RST_REMOTE,  /* the peer reset it */
	ENDING_RST_CLOSED,  /* a reset after our close; unknown from which side */
	ENDING_TIMEOUT,	    /* no answer */
	ENDING_REFUSED,	    /* nothing listened on the port */
	ENDING_UNREACHABLE, /* an ICMP error, no route, or no answer to ARP or NDP */
	ENDING_NO_PORT,	    /* connect(2) found no free port, or the one it wanted taken */
	ENDING_CANCELLED,   /* the connecting side gave up before an answer */
	ENDING_ABORTED,	    /* destroyed by an administrator (ss -K) */
	ENDING_CHECKPOINT,  /* closed in TCP_REPAIR: may continue elsewhere */
	ENDING_ERROR,	    /* another errno, in `error` */
	ENDINGS,
};

/* Fields that are told on request only. */
enum session_extra {
	EXTRA_COMMUNITY = 1, /* the Community ID */
	EXTRA_PPID = 2,	     /* the owner's parent */
};

struct session {
	const char *host;    /* borrowed; NULL: unknown */
	const char *boot_id; /* of the host's kernel; likewise */
	uint64_t id[2];	     /* the same in every record of the session; zeroes: not requested */
	/*
	 * Wall clock, nanoseconds since 1970. For an open session, ended_ns is now, or 0 if the
	 * record does not tell.
	 */
	int64_t started_ns;
	int64_t ended_ns;
	int64_t wall_offset_ns; /* how far both are ahead of clock_now_ns() */
	int64_t duration_ns;	/* since ESTABLISHED, else since SYN_SENT */
	int64_t connect_ns;	/* SYN_SENT to ESTABLISHED; -1: passive or not reached */
	int64_t accept_wait_ns; /* from ESTABLISHED to the return of accept(2); -1: unknown */
	int64_t scope_id;	/* interface index of a link-local address; -1: none, or unknown */
	int64_t tx_bytes;	/* payload acknowledged by the peer; -1: unknown */
	int64_t rx_bytes;	/* payload received in order; -1: unknown */
	int64_t retrans;	/* retransmitted segments; -1: unknown */
	int64_t rtt_us;		/* smoothed round trip time; -1: unknown */
	int64_t ppid;		/* the owner's parent; -1: unknown or none */
	int64_t uid;		/* -1: unknown */
	int64_t netns;		/* inode number; -1: unknown */
	uint64_t cgroup_id;	/* 0: unknown */
	uint32_t pid;		/* 0: unknown */
	int error;		/* sk_err as a positive errno; 0: none; -1: unknown */
	uint16_t lport;
	uint16_t rport;
	uint16_t port;	   /* session_service_port() */
	uint8_t ip;	   /* 4 or 6 */
	uint8_t laddr[16]; /* first four bytes if ip is 4; network order */
	uint8_t raddr[16];
	enum direction direction;
	enum ending ending;
	enum owner owner;
	/*
	 * Payload since the session was last told of: since it began, unless session_since() says
	 * more. -1: unknown. The difference is known even if tx_bytes is not.
	 */
	int64_t tx_delta;
	int64_t rx_delta;
	enum tcp_state state; /* of an open session */
	bool thinned;	      /* counted, but not printed */
	bool interim;	      /* it is open, and will be told of again */
	uint8_t extras;	      /* a mask of enum session_extra: these are told */
	bool live;	      /* sessions are told of while they are open */
	bool age_known;	      /* false: began before tracing; duration_ns is a minimum */
	/* Borrowed; NULL: unknown. */
	const char *cgroup;	  /* path of cgroup_id */
	const char *container_id; /* also NULL: none */
	const char *pod_uid;	  /* likewise */
	char comm[COMM_LEN + 1];  /* any bytes; "" if pid is 0 */
};

/* What records contain on this kernel: one bit for each layout field known, and these. */
enum session_knowledge {
	KNOWN_ACCEPT = LAYOUT_FIELD_COUNT, /* an accept hook is attached */
	KNOWN_CLOSER,			   /* it, or a hook that tells who closes */
	KNOWN_CGROUP,			   /* the kernel tells the cgroup of a process */
	KNOWN_PARENT,			   /* its parent can be read */
};

#define KNOWS(what) (UINT64_C(1) << (what))

/* What it takes to interpret records; constant during a run. */
struct session_view {
	uint64_t known;		 /* mask of enum session_knowledge */
	int64_t wall_offset_ns;	 /* clock_wall_ns() minus clock_now_ns() */
	int64_t since_ns;	 /* start of tracing, by clock_now_ns() */
	uint8_t extras;		 /* what to tell: a mask of enum session_extra */
	const struct host *host; /* for the members that identify a session; NULL: not requested */
};

/* Fills in *s from the record of a session that ended. */
void session_read(struct session *s, const struct record *r, const struct session_view *view);

/* What the socket of an open session tells. */
#define SESSION_BYTES	 (KNOWS(FIELD_BYTES_ACKED) | KNOWS(FIELD_BYTES_RECEIVED))
#define SESSION_COUNTERS (SESSION_BYTES | KNOWS(FIELD_SRTT) | KNOWS(FIELD_TOTAL_RETRANS))

/*
 * Fills in *s from the record of an open session, whose closed_ns is now. netns is known, whatever
 * view->known says. counted: which of SESSION_COUNTERS are current; the others are unknown.
 */
void session_read_open(struct session *s, const struct record *r, const struct session_view *view,
		       uint64_t counted);

/*
 * What a session had moved when it was last told of. Before, `known` is true if it began during
 * tracing.
 */
struct session_moved {
	int64_t tx;
	int64_t rx;
	bool known;
};

/* Makes the deltas count from *moved on, and *moved what the session has moved by now. */
void session_since(struct session *s, struct session_moved *moved);

/* Whether the ending means that the session failed or broke. */
bool ending_is_failure(enum ending ending);
/* Whether the session failed before it was established, as far as known. */
bool session_failed(const struct session *s);

/* The service's port: local if inbound, remote if outbound, else the lower one. */
uint16_t session_service_port(const struct session *s);

/* Returns "fin-local" and so on; never NULL. */
const char *ending_name(enum ending ending);
/* Returns "out", "in", or NULL if unknown. */
const char *direction_name(enum direction direction);
/* Returns "ESTABLISHED" and so on, or NULL if there is no such state. */
const char *state_name(enum tcp_state state);
/* Returns "connect", "accept", "close", "proc", or NULL if unknown. */
const char *owner_name(enum owner owner);

#endif
