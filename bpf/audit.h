/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Asks for sockets whether they are alive, and what they have moved: map `audit`. Our programs
 * answer, so this needs no privilege, whatever network namespace a socket is in.
 */
#ifndef TCPLIFE_BPF_AUDIT_H
#define TCPLIFE_BPF_AUDIT_H

#include <linux/types.h>

#define AUDIT_KEYS 12 /* sockets in a question */

/* As in struct record. Of a socket that is gone, they mean nothing. */
struct audit_answer {
	__u64 bytes_acked;
	__u64 bytes_received;
	__u32 srtt_us;
	__u32 total_retrans;
	__be16 rport; /* network order */
	__u16 lport;
	__u8 state;
	__u8 gone; /* 1: the socket has no session */
	__u8 pad[2];
};

struct audit_question {
	__u64 keys[AUDIT_KEYS]; /* addresses of sockets; 0: none */
	struct audit_answer answers[AUDIT_KEYS];
	__u64 answered; /* number of answers given so far */
};

#endif
