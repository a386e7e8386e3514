/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Errands by io_uring instead of system calls of their own. */
#ifndef WORKLOAD_URING_H
#define WORKLOAD_URING_H

#include "actor.h"

/* Each may end in ENOSYS, EPERM or EINVAL: this kernel has no io_uring, or does not let us. */
struct answer uring_connect(struct actor *a, int fd, const struct endpoint *remote);
struct answer uring_accept(struct actor *a, int fd);
struct answer uring_close(struct actor *a, int fd);

#endif
