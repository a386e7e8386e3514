/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which sessions the kernel side is asked for: by port, pid and family. User space asks the same of
 * those that the kernel side does not know, or not well enough.
 */
#ifndef TCPLIFE_SCOPE_H
#define TCPLIFE_SCOPE_H

#include <stdbool.h>

#include "cli/options.h"
#include "bpf/record.h"

bool scope_has(const struct options *options, const struct record *record);

#endif
