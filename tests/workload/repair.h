/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Moves a connection from one socket to another, as CRIU does. */
#ifndef WORKLOAD_REPAIR_H
#define WORKLOAD_REPAIR_H

#include "actor.h"

/*
 * Closes the socket in TCP_REPAIR and restores the connection on a new one. The answer's value is
 * the new descriptor. If the answer has an error, the kernel lacks TCP_REPAIR and nothing was done.
 * Does not restore time stamps and window scaling.
 */
struct answer repair_restore(struct actor *a, int fd);

#endif
