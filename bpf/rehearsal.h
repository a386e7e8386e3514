/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rehearsals are the loopback sessions of discovery. No tcplife prints them or counts them as lost,
 * whichever one played them, so either end must be recognizable: both addresses are in
 * 127.64.0.0/10, and the client's address and port are a function of the server's. Of other
 * sessions in 127.64.0.0/10, one in 2^34 looks like that.
 */
#ifndef TCPLIFE_REHEARSAL_H
#define TCPLIFE_REHEARSAL_H

#include <linux/types.h>

#include "order.h"

/* Host order, like all addresses and ports here. */
#define REHEARSAL_NET	  0x7f400000U
#define REHEARSAL_MASK	  0xffc00000U
#define REHEARSAL_CLIENTS 8 /* per server; they differ in the low bits of the address */

struct rehearsal_end {
	__u32 address;
	__u32 port;
};

/* The first client of a server. */
static inline __attribute__((always_inline)) struct rehearsal_end
rehearsal_client(struct rehearsal_end server)
{
	__u64 mixed = ((__u64)server.address << 16 | server.port) * 0x9e3779b97f4a7c15ULL;
	struct rehearsal_end client;

	mixed = (mixed ^ mixed >> 32) * 0xd6e8feb86659fd93ULL;
	client.address = REHEARSAL_NET | (mixed >> 42 & ~(__u64)(REHEARSAL_CLIENTS - 1));
	client.port = 0x8000 | (mixed >> 27 & 0x7fff);
	return client;
}

static inline __attribute__((always_inline)) int rehearsal_is_pair(struct rehearsal_end server,
								   struct rehearsal_end client)
{
	const struct rehearsal_end first = rehearsal_client(server);

	return first.port == client.port &&
	       first.address == (client.address & ~(REHEARSAL_CLIENTS - 1));
}

/* Whether a session between these addresses, in the form of struct record, is a rehearsal. */
static inline __attribute__((always_inline)) int rehearsal_is(const __u8 laddr[16], __u16 lport,
							      const __u8 raddr[16], __u16 rport)
{
	const __u32 *l = (const void *)laddr, *r = (const void *)raddr;
	const struct rehearsal_end local = { net32(l[3]), lport };
	const struct rehearsal_end remote = { net32(r[3]), rport };

	if ((local.address & REHEARSAL_MASK) != REHEARSAL_NET ||
	    (remote.address & REHEARSAL_MASK) != REHEARSAL_NET || l[0] || l[1] || r[0] || r[1] ||
	    l[2] != net32(0xffff) || r[2] != l[2])
		return 0;
	return rehearsal_is_pair(local, remote) || rehearsal_is_pair(remote, local);
}

#endif
