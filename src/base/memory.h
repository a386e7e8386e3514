/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How much memory this process may use. */
#ifndef TCPLIFE_MEMORY_H
#define TCPLIFE_MEMORY_H

#include <stdint.h>

/*
 * The smaller of the machine's memory and the limits of the process's cgroup and its ancestors, in
 * bytes; 0 if unknown. Since 5.11 BPF maps are charged to the cgroup of the process that creates
 * them.
 */
uint64_t memory_available(void);

/*
 * The smallest limit for a process with this text in /proc/self/cgroup, in bytes; UINT64_MAX if
 * there is none. root: where the cgroup file systems are mounted, usually "/sys/fs/cgroup".
 */
uint64_t memory_limit(const char *self_cgroup, const char *root);

#endif
