/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What libbpf and the kernel's verifier say while loading: shown with -v, kept to itself otherwise.
 */
#ifndef TCPLIFE_KERNEL_LOG_H
#define TCPLIFE_KERNEL_LOG_H

#include <stdbool.h>

void kernel_log_start(bool verbose);

#endif
