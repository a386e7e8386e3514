/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The only place that reads a clock. All times are in nanoseconds. */
#ifndef TCPLIFE_CLOCK_H
#define TCPLIFE_CLOCK_H

#include <stdint.h>

/*
 * Learns the length of a tick, and how far this process's monotonic clock is ahead of the kernel's;
 * the two differ in a time namespace (Linux 5.6). Call once at startup, while /proc can still be
 * read.
 */
void clock_start(void);

/* CLOCK_MONOTONIC as bpf_ktime_get_ns() reads it, whatever time namespace we are in. */
int64_t clock_now_ns(void);

/* CLOCK_REALTIME: nanoseconds since 1970. */
int64_t clock_wall_ns(void);

/* The length of a jiffy, in which the kernel's TCP counts: 1 to 10 ms. */
int64_t clock_tick_ns(void);

#endif
