/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The TCP sockets that exist now, in every network namespace that a process is in, read with
 * NETLINK_SOCK_DIAG as ss(8) does.
 */
#ifndef TCPLIFE_SOCK_DIAG_H
#define TCPLIFE_SOCK_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record.h"

struct sock_diag;

struct sock_diag_socket {
	/*
	 * Filled in: addresses, ports, netns (0: unknown), uid, cgroup_id, counters, srtt_us,
	 * total_retrans, state (STATE_LISTEN for a listening socket), and the direction if the
	 * counters tell it. The rest is 0.
	 */
	struct record record;
	uint64_t inode;	 /* as in /proc/PID/fd; 0: no descriptor is left */
	uint64_t cookie; /* differs from every other socket's */
	uint64_t age_ns; /* a lower bound: for how long it has not sent data */
};

/* Called for each socket. Returns 0, or -errno to end the dump. */
typedef int (*sock_diag_fn)(void *arg, const struct sock_diag_socket *socket);

/*
 * Opens a netlink socket in each network namespace, without leaving our own. Writes to `why` what
 * could not be done, "" if nothing. Returns NULL if no dump is possible. Free it with
 * sock_diag_free().
 */
struct sock_diag *sock_diag_new(char *why, size_t size);
void sock_diag_free(struct sock_diag *diag);

/* Dumps all connected and listening sockets. Returns 0 or the first -errno. */
int sock_diag_dump(const struct sock_diag *diag, sock_diag_fn fn, void *arg);

/* Whether the dump includes this network namespace. */
bool sock_diag_covers(const struct sock_diag *diag, uint32_t netns);

struct nlmsghdr;

/* Parses one netlink message. Returns false if it describes no socket of interest. For tests. */
bool sock_diag_read(struct sock_diag_socket *socket, const struct nlmsghdr *message);

#endif
