/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Moving a connection from one socket to another, as CRIU does it. */
#ifndef WORKLOAD_REPAIR_H
#define WORKLOAD_REPAIR_H

#include "actor.h"

/*
 * Closes the socket in TCP_REPAIR and makes another one in its place, which goes on with the same
 * peer. The answer's value is the new descriptor; its error, if there is one, says that this kernel
 * has no TCP_REPAIR, and nothing was done. Time stamps and scaled windows are not restored.
 */
struct answer repair_restore(struct actor *a, int fd);

#endif
