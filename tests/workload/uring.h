/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Errands by io_uring instead of system calls of their own. */
#ifndef WORKLOAD_URING_H
#define WORKLOAD_URING_H

#include <stdbool.h>

#include "actor.h"

/* worker: a thread of the kernel's is to do it. Each may end in ENOSYS, EPERM or EINVAL: this
 * kernel has no io_uring, or does not let us. */
struct answer uring_connect(struct actor *a, int fd, const struct endpoint *remote, bool worker);
struct answer uring_accept(struct actor *a, int fd, bool worker);
struct answer uring_close(struct actor *a, int fd, bool worker);

#endif
