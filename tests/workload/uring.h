/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Errands that use io_uring instead of system calls. */
#ifndef WORKLOAD_URING_H
#define WORKLOAD_URING_H

#include <stdbool.h>

#include "actor.h"

/*
 * worker: have a kernel thread do it. An answer's error of ENOSYS, EPERM or EINVAL means that
 * io_uring is missing or not allowed.
 */
struct answer uring_connect(struct actor *a, int fd, const struct endpoint *remote, bool worker);
struct answer uring_accept(struct actor *a, int fd, bool worker);
struct answer uring_close(struct actor *a, int fd, bool worker);

#endif
