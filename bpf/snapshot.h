/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the calibration programs hand over: the memory of discovery's own sockets, in chunks. */
#ifndef TCPLIFE_SNAPSHOT_H
#define TCPLIFE_SNAPSHOT_H

#include <linux/types.h>

#define CHUNK_BYTES	256 /* 4.4 only lets helpers write to the stack, which has 512 */
#define SOCKET_CHUNKS	16  /* a tcp_sock has 2,000 to 2,600 bytes, more with lock debugging */
#define NET_CHUNKS	2   /* struct net has its inode number near its beginning */
#define SNAPSHOT_CHUNKS (SOCKET_CHUNKS + NET_CHUNKS)

/*
 * Where struct sock_common begins to be read before anything is discovered: the same on every
 * 64-bit kernel from 3.10 to 7.3. Discovery verifies each.
 */
#define SKC_DADDR_OFFSET     0
#define SKC_RCV_SADDR_OFFSET 4
#define SKC_DPORT_OFFSET     12
#define SKC_NUM_OFFSET	     14
#define SKC_STATE_OFFSET     18
#define SKC_NET_OFFSET	     48

struct chunk {
	/* Both are the same in all chunks of a snapshot, and in no other. */
	__u64 socket; /* its address */
	__u64 number; /* of the snapshot; unique among those of one socket */
	__u32 oldstate;
	__u32 newstate;
	__u32 index;	/* first the socket's chunks, then those of its struct net */
	__u32 readable; /* 0: this memory could not be read */
	__u8 bytes[CHUNK_BYTES];
};

#endif
