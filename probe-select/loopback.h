/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The sockets of a rehearsal (bpf/rehearsal.h) and the sessions between them, in a new network
 * namespace or, if that is impossible, on the host's loopback.
 */
#ifndef TCPLIFE_LOOPBACK_H
#define TCPLIFE_LOOPBACK_H

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define LOOPBACK_SESSIONS 5
#define LOOPBACK_MAPPED	  4 /* this session uses dual-stack sockets if there is IPv6 */
#define LOOPBACK_THREADS  2 /* threads that connect a session each, from the second session on */
#define LOOPBACK_NAME	  16

/* One end of a session. */
struct loopback_end {
	int fd;			   /* -1: not open */
	struct sockaddr_in local;  /* IPv4, even on a dual-stack socket */
	struct sockaddr_in remote; /* the same */
	int family;		   /* of the socket */
};

struct loopback_session {
	struct loopback_end client, server;
	char thread[LOOPBACK_NAME]; /* the name of the thread that connects it; "": the caller */
};

struct loopback {
	bool own;	     /* in a new network namespace; false: the host's */
	bool ipv6;	     /* dual-stack sockets work */
	uint64_t inode;	     /* of the network namespace; 0: unknown */
	uint64_t host_inode; /* of the host's; 0: unknown */
	int listener, listener6;
	struct loopback_session sessions[LOOPBACK_SESSIONS];
	struct loopback_end refused; /* a client to a port without a server */
	struct loopback_end host;    /* another one, always in the host's network */
};

/*
 * Opens and binds all sockets at random addresses, without connecting. Later calls on them time out
 * after patience_ms. Returns 0 or -errno. Close them with loopback_close() in either case.
 */
int loopback_open(struct loopback *loopback, int patience_ms);
/* Closes what is open. */
void loopback_close(struct loopback *loopback);

/*
 * Connects all sessions and transfers a random number of bytes each way. If a thread cannot be
 * created, the caller connects in its place. Returns 0 or -errno.
 */
int loopback_play(struct loopback *loopback);

/* Connects an end to its remote address. Returns false with errno set on failure. */
bool loopback_connect(const struct loopback_end *end);

/* Closes an end. */
void loopback_end_close(struct loopback_end *end);

/* Reads TCP_INFO. Returns false if that fails or lacks the bytes received. */
bool loopback_info(const struct loopback_end *end, struct tcp_info *info);

#endif
