/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages of libbpf and of the kernel's verifier while loading: shown with -v, else dropped. */
#ifndef TCPLIFE_KERNEL_LOG_H
#define TCPLIFE_KERNEL_LOG_H

#include <stdbool.h>

void kernel_log_start(bool verbose);

#endif
