/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which process holds a socket, by /proc/PID/fd. */
#ifndef TCPLIFE_PROC_H
#define TCPLIFE_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/record.h"

struct proc;

/*
 * Why /proc does not show every process of the machine, with the remedy: a PID namespace of our
 * own, or a mount that hides others' processes. NULL if it shows them all.
 */
const char *proc_blindness(void);

/*
 * Reads who holds which socket at this moment. NULL with errno set if /proc cannot be read. To be
 * freed by proc_free().
 */
struct proc *proc_new(void);
void proc_free(struct proc *proc);

/* -EACCES if some processes did not let us look at their descriptors, else 0. */
int proc_denied(const struct proc *proc);

/*
 * Fills in the owner (pid, comm, OWNER_PROC) of the socket with this inode number; of several that
 * share it, the one with the lowest pid, which is nearly always the parent. False: none is known.
 */
bool proc_own(const struct proc *proc, uint64_t inode, struct record *record);

#endif
