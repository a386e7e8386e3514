/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TCPLIFE_BPF_LOSS_H
#define TCPLIFE_BPF_LOSS_H

/* Counters in the map `losses`, each a __u64. */
enum loss {
	LOSS_BUFFER,	  /* records that found the buffer full */
	LOSS_SESSIONS,	  /* sessions that found the table full */
	LOSS_PREEXISTING, /* sessions not printed because their beginning was not seen */
	LOSS_REPLACED, /* sessions replaced by another at the same address before their end was seen
			*/
	LOSS_SENT,     /* not a loss: records written to a perf buffer, or lost there */
	LOSS_ACCEPTS,  /* not a loss: accepted sessions that only the second program handled */
	LOSS_IN_KERNEL, /* number of these counters */
};

#endif
