/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracefs, where the kernel describes its tracepoints and, before 4.17, takes its kprobes. */
#ifndef TCPLIFE_TRACEFS_H
#define TCPLIFE_TRACEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Opens the directory of tracefs, or before 4.1 that of debugfs, as pseudofs_open() does. */
int tracefs_open(bool *own);

/* Reads a file under the directory into text, NUL-terminated. Returns its length, or -errno. */
ssize_t tracefs_read(int tracefs, const char *path, char *text, size_t size);

/* The id of a tracepoint ("sock/inet_sock_set_state") for perf_event_open(2), or -errno. */
int tracefs_event_id(int tracefs, const char *event);

#endif
