/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the calibration programs hand over: the memory of our own sockets, in chunks. */
#ifndef TCPLIFE_SNAPSHOT_H
#define TCPLIFE_SNAPSHOT_H

#include <linux/types.h>

#define CHUNK_BYTES	256 /* 4.4 only lets helpers write to the stack, which has 512 */
#define SOCKET_CHUNKS	16  /* a tcp_sock has 2,000 to 2,600 bytes, more with lock debugging */
#define NET_CHUNKS	2   /* struct net has its inode number near its beginning */
#define SNAPSHOT_CHUNKS (SOCKET_CHUNKS + NET_CHUNKS)

#define SKC_NET_OFFSET	48 /* expected on 64 bits; discovery verifies it */

struct chunk {
	__u64 id; /* the same in all chunks of a snapshot, growing from one to the next */
	__u32 oldstate;
	__u32 newstate;
	__u32 index;	/* first the socket's chunks, then those of its struct net */
	__u32 readable; /* 0: this memory could not be read */
	__u8 bytes[CHUNK_BYTES];
};

#endif
