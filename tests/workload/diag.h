/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an administrator may do to others' sockets. */
#ifndef WORKLOAD_DIAG_H
#define WORKLOAD_DIAG_H

#include "endpoint.h"

/* Aborts the socket with these ends, as ss -K does. Returns 0 or -errno. */
int diag_destroy(const struct endpoint *local, const struct endpoint *remote);

#endif
