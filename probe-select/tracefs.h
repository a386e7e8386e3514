/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracefs, which describes tracepoints and, before 4.17, is the interface for kprobes. */
#ifndef TCPLIFE_TRACEFS_H
#define TCPLIFE_TRACEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Opens the directory of tracefs, before 4.1 in debugfs. Returns as pseudofs_open() does. */
int tracefs_open(bool *own);

/* Reads a file in the directory into text, NUL-terminated. Returns its length, or -errno. */
ssize_t tracefs_read(int tracefs, const char *path, char *text, size_t size);

/* Returns a tracepoint's id ("sock/inet_sock_set_state") for perf_event_open(2), or -errno. */
int tracefs_event_id(int tracefs, const char *event);

#endif
