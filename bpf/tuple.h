/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TCPLIFE_BPF_TUPLE_H
#define TCPLIFE_BPF_TUPLE_H

#include <linux/types.h>

/* Where a session goes from and to: map `tuples`, with the same keys. Only kept for --open. */
struct tuple {
	__u8 laddr[16]; /* as in struct record */
	__u8 raddr[16];
	__u32 netns; /* 0: unknown */
	__u16 lport; /* 0: SYN_SENT, before a port is chosen */
	__u16 rport;
};

#endif
