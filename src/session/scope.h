/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which sessions the kernel side is asked for: by port, pid and family. User space asks the same of
 * those that the kernel side does not know, or not well enough.
 */
#ifndef TCPLIFE_SCOPE_H
#define TCPLIFE_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ports.h"
#include "bpf/record.h"

#define SCOPE_PIDS 1024 /* how many pids there can be */

/* All zeroes has every session. */
struct scope {
	int family;		   /* 4 or 6: only that; 0: both */
	uint32_t pids[SCOPE_PIDS]; /* each once, 1 to 4194304 */
	size_t pid_count;	   /* 0: any pid */
	struct ports local_ports;  /* empty: any port */
	struct ports remote_ports; /* likewise */
};

bool scope_has(const struct scope *scope, const struct record *record);

#endif
