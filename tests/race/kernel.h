/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel does for the programs: its helpers, and its hash table. */
#ifndef TCPLIFE_RACE_KERNEL_H
#define TCPLIFE_RACE_KERNEL_H

#include <linux/types.h>

/* Of the thread that runs. */
extern _Thread_local __u32 running_pid;

/* The value of an array's key; NULL: the map is the hash table. To be defined by who has the maps.
 */
void *map_lookup(void *map, const void *key);

/* Entries of the hash table. */
unsigned int hash_count(void);

#endif
