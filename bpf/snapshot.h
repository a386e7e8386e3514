/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The output of the calibration programs: the memory of discovery's own sockets, in chunks. */
#ifndef TCPLIFE_SNAPSHOT_H
#define TCPLIFE_SNAPSHOT_H

#include <linux/types.h>

#define CHUNK_BYTES	256 /* 4.4's helpers write only to the stack of 512 bytes */
#define SOCKET_CHUNKS	16  /* a tcp_sock has 2,000 to 2,600 bytes, more with lock debugging */
#define NET_CHUNKS	2   /* struct net has its inode number near the start */
#define SNAPSHOT_CHUNKS (SOCKET_CHUNKS + NET_CHUNKS)

/*
 * Offsets in struct sock_common that are read before anything is discovered. They are the same on
 * every 64-bit kernel from 3.10 to 7.3, and discovery verifies each.
 */
#define SKC_DADDR_OFFSET     0
#define SKC_RCV_SADDR_OFFSET 4
#define SKC_DPORT_OFFSET     12
#define SKC_NUM_OFFSET	     14
#define SKC_STATE_OFFSET     18
#define SKC_NET_OFFSET	     48

struct chunk {
	/* All chunks of a snapshot have the same pair, and no others have it. */
	__u64 socket; /* its address */
	__u64 number; /* of the snapshot; unique per socket */
	__u32 oldstate;
	__u32 newstate;
	__u32 index;	/* first the chunks of the socket, then those of its struct net */
	__u32 readable; /* 0: reading this memory failed */
	__u8 bytes[CHUNK_BYTES];
};

#endif
