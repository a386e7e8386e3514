/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The TCP sockets that the kernel has at this moment, in every network namespace that a process is
 * in: NETLINK_SOCK_DIAG, as ss(8) uses it.
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
	 * Ends, netns (0: unknown), uid, cgroup_id, counters, srtt_us, total_retrans and state,
	 * which is STATE_LISTEN for a socket that listens. The direction, if the counters tell it.
	 * The rest is 0.
	 */
	struct record record;
	uint64_t inode; /* of its descriptors, as in /proc/PID/fd; 0: it has none left */
};

/* Called for each socket; returns 0 or -errno, which ends the dump. */
typedef int (*sock_diag_fn)(void *arg, const struct sock_diag_socket *socket);

/*
 * Opens a netlink socket in each network namespace; ours stays as it is. What could not be done is
 * in why, "" if nothing; NULL if nothing works at all. To be freed by sock_diag_free().
 */
struct sock_diag *sock_diag_new(char *why, size_t size);
void sock_diag_free(struct sock_diag *diag);

/* All sockets that have a peer, and those that listen. Returns 0 or the first -errno. */
int sock_diag_dump(const struct sock_diag *diag, sock_diag_fn fn, void *arg);

/* True if the dump is of this network namespace, too. */
bool sock_diag_covers(const struct sock_diag *diag, uint32_t netns);

struct nlmsghdr;

/* Reads one answer of the kernel's; false if it is of no socket that counts. For tests. */
bool sock_diag_read(struct sock_diag_socket *socket, const struct nlmsghdr *message);

#endif
