/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TCPLIFE_BPF_PRIMARY_H
#define TCPLIFE_BPF_PRIMARY_H

#include <linux/types.h>

/*
 * The sessions of the ring generation in the map `primary`, by primary_index() of the key. Each
 * line of 64 bytes is one session; but the first line has the keys: that of line i at i, 0 if free.
 */
#define PRIMARY_WAYS 7
/*
 * Never set in a socket's address. Alone: the entry is not complete yet. With a key: the session
 * ended while the accept hook was writing its owner.
 */
#define PRIMARY_CLAIMED 1
#define PRIMARY_OWNING	2 /* with a key: the accept hook is writing the session's owner */

struct primary_set {
	__u64 lines[PRIMARY_WAYS + 1][8];
};

/* sets: their number, a power of two. Sockets are a few cache lines apart. */
static inline __u32 primary_index(__u64 key, __u32 sets)
{
	return (key >> 6) * 0x9e3779b97f4a7c15ULL >> 32 & (sets - 1);
}

#endif
