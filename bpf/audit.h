/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Asks whether sockets are alive, and takes the answer: map `audit` of the perf generation. */
#ifndef TCPLIFE_BPF_AUDIT_H
#define TCPLIFE_BPF_AUDIT_H

#include <linux/types.h>

#define AUDIT_KEYS 12 /* the maximum of arguments of a raw tracepoint */

struct audit_question {
	__u64 keys[AUDIT_KEYS]; /* addresses of sockets; 0: none */
	__u64 gone;		/* the answer: bit i is set if keys[i] has no session */
	__u64 answers;		/* number of answers given so far */
};

#endif
