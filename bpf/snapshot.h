/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The output of the calibration programs, in chunks: the memory of discovery's own sockets and of
 * the threads that connect them.
 */
#ifndef TCPLIFE_SNAPSHOT_H
#define TCPLIFE_SNAPSHOT_H

#include <linux/types.h>

#define CHUNK_BYTES	256 /* 4.4's helpers write only to the stack of 512 bytes */
#define SOCKET_CHUNKS	16  /* a tcp_sock has 2,000 to 2,600 bytes, more with lock debugging */
#define NET_CHUNKS	2   /* struct net has its inode number near the start */
#define SNAPSHOT_CHUNKS (SOCKET_CHUNKS + NET_CHUNKS)

/*
 * The snapshot of a thread, taken when its socket enters SYN_SENT, has as many chunks. The first is
 * that of the socket, to identify it; the others are those of struct task_struct, except its first:
 * 256 to 4,608 bytes, where comm and group_leader are found.
 */

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
	__u64 task;   /* the thread's address; 0: a socket's snapshot, or unknown (before 4.8) */
	__u32 oldstate;
	__u32 newstate;
	__u32 index;	/* of a socket's snapshot: first its own chunks, then its struct net's */
	__u32 readable; /* 0: reading this memory failed */
	__u8 bytes[CHUNK_BYTES];
};

#endif
