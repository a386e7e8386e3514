/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The sockets of a rehearsal (bpf/rehearsal.h) and the sessions between them: in a network
 * namespace of their own or, where none can be had, on the host's loopback.
 */
#ifndef TCPLIFE_LOOPBACK_H
#define TCPLIFE_LOOPBACK_H

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define LOOPBACK_SESSIONS 5
#define LOOPBACK_MAPPED	  4 /* the session on dual-stack sockets, where there is IPv6 */

/* One end of a session. */
struct loopback_end {
	int fd;			   /* -1: none, or closed */
	struct sockaddr_in local;  /* IPv4 even on a dual-stack socket */
	struct sockaddr_in remote; /* likewise */
	int family;		   /* of the socket */
};

struct loopback_session {
	struct loopback_end client, server;
};

struct loopback {
	bool own;	     /* its network namespace; false: the host's */
	bool ipv6;	     /* there are dual-stack sockets */
	uint64_t inode;	     /* of the network namespace; 0: unknown */
	uint64_t host_inode; /* likewise */
	int listener, listener6;
	struct loopback_session sessions[LOOPBACK_SESSIONS];
	struct loopback_end refused; /* a client whose server is not there */
	struct loopback_end host;    /* another one, always in the host's network */
};

/*
 * Opens and binds all sockets, at addresses chosen at random; nothing is connected yet. No later
 * call on one of them takes longer than patience_ms. Returns 0 or -errno.
 */
int loopback_open(struct loopback *loopback, int patience_ms);
/* Closes what is still open. */
void loopback_close(struct loopback *loopback);

/* Connects all sessions, and sends a random number of bytes each way. Returns 0 or -errno. */
int loopback_play(struct loopback *loopback);

/* Connects an end to its remote one. False, with errno set, if that fails. */
bool loopback_connect(const struct loopback_end *end);

/* Closes an end. */
void loopback_end_close(struct loopback_end *end);

/* Reads TCP_INFO. False if the kernel tells less than the bytes received. */
bool loopback_info(const struct loopback_end *end, struct tcp_info *info);

#endif
