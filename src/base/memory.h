/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How much memory this process may count on. */
#ifndef TCPLIFE_MEMORY_H
#define TCPLIFE_MEMORY_H

#include <stdint.h>

/*
 * The smaller of the machine's memory and the limits of the process's cgroup and its parents, in
 * bytes; 0 if nothing is known. Since 5.11 BPF maps are charged to the cgroup of who makes them.
 */
uint64_t memory_available(void);

/*
 * The smallest limit that a process with this /proc/self/cgroup is under, in bytes; UINT64_MAX if
 * there is none. root: where the cgroup file systems are mounted, "/sys/fs/cgroup".
 */
uint64_t memory_limit(const char *self_cgroup, const char *root);

#endif
