/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel provides to programs: its helpers, and a hash table. */
#ifndef TCPLIFE_RACE_KERNEL_H
#define TCPLIFE_RACE_KERNEL_H

#include <linux/types.h>

/* The pid of the current thread. */
extern _Thread_local __u32 running_pid;

/*
 * Returns the value of an array's key, or NULL for the hash table. Defined by the file with the
 * maps.
 */
void *map_lookup(void *map, const void *key);

/* Number of entries in the hash table. */
unsigned int hash_count(void);

#endif
