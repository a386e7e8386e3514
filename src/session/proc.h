/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finds the process that holds a socket, through /proc/PID/fd. */
#ifndef TCPLIFE_PROC_H
#define TCPLIFE_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/record.h"

struct proc;

/*
 * Why /proc does not show every process of the machine, with the remedy: our own PID namespace, or
 * a mount that hides other users' processes. Returns NULL if it shows them all.
 */
const char *proc_blindness(void);

/* Where processes are looked up: the host's proc file system if we can see it, else our own. */
const char *proc_root(void);

/*
 * Reads which process holds which socket now. Returns NULL with errno set if /proc cannot be read
 * or memory runs out. Free it with proc_free().
 */
struct proc *proc_new(void);
void proc_free(struct proc *proc);

/* Returns -EACCES if some processes' descriptors were not readable, else 0. */
int proc_denied(const struct proc *proc);

/*
 * Fills in the owner (pid, comm, OWNER_PROC) of the socket with this inode number. If several
 * processes share it, takes the lowest pid, nearly always the parent's. Returns false if no owner
 * is known.
 */
bool proc_own(const struct proc *proc, uint64_t inode, struct record *record);

#endif
