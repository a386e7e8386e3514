/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an administrator may do to sockets of other processes. */
#ifndef WORKLOAD_DIAG_H
#define WORKLOAD_DIAG_H

#include "endpoint.h"

/* Aborts the socket with these addresses and ports, as ss -K does. Returns 0 or -errno. */
int diag_destroy(const struct endpoint *local, const struct endpoint *remote);

#endif
