/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which sessions the kernel side reports: by port, pid and family. User space checks the sessions
 * that the kernel side cannot judge.
 */
#ifndef TCPLIFE_SCOPE_H
#define TCPLIFE_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ports.h"
#include "bpf/record.h"
#include "session.h"

#define SCOPE_PIDS 1024 /* most pids */

/* All zeroes covers every session. */
struct scope {
	int family;		   /* 4 or 6; 0: both */
	uint32_t pids[SCOPE_PIDS]; /* without duplicates, 1 to 4194304 */
	size_t pid_count;	   /* 0: any pid */
	struct ports local_ports;  /* empty: any port */
	struct ports remote_ports; /* empty: any port */
};

bool scope_has(const struct scope *scope, const struct record *record);
/* The same of a session that comes from no kernel. */
bool scope_has_session(const struct scope *scope, const struct session *session);

#endif
