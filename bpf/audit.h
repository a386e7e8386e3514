/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The question whether sockets still live, and the answer: map `audit` of the perf generation. */
#ifndef TCPLIFE_BPF_AUDIT_H
#define TCPLIFE_BPF_AUDIT_H

#include <linux/types.h>

#define AUDIT_KEYS 12 /* as many arguments as a raw tracepoint may have */

struct audit_question {
	__u64 keys[AUDIT_KEYS]; /* addresses of sockets; 0: none */
	__u64 gone;		/* the answer: bit i, if no session lives at keys[i] */
	__u64 answers;		/* how many there were, ever */
};

#endif
