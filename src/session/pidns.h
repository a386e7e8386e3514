/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The machine as seen from inside a container. The kernel's records have the PIDs of the initial
 * PID namespace.
 */
#ifndef TCPLIFE_PIDNS_H
#define TCPLIFE_PIDNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether we are in a PID namespace of our own, so that our PIDs are not those in records. */
bool pidns_differs(void);

/*
 * Where proc(5) shows all processes of the machine, by their PIDs in records: "/proc", or
 * "/host/proc" if the host's is mounted there. NULL: nowhere.
 */
const char *pidns_proc(void);

/*
 * Replaces PIDs of our PID namespace by those of the same processes in records; needs pidns_proc().
 * Returns 0, or the first PID that no process of our namespace has.
 */
uint32_t pidns_translate(uint32_t *pids, size_t count);

#endif
