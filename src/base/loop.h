/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Waits for several descriptors at once, and calls a function for each that is ready. */
#ifndef TCPLIFE_LOOP_H
#define TCPLIFE_LOOP_H

#include <stdint.h>

#define LOOP_MOST 16 /* descriptors with a function */

struct loop;

typedef void loop_fn(void *arg);

/* Returns NULL with errno set on failure. Free it with loop_free(). */
struct loop *loop_new(void);
void loop_free(struct loop *loop);

/*
 * Calls fn(arg) from loop_wait() when one of the events (EPOLLIN and so on) is reported. The
 * descriptor is borrowed and must stay open. Returns 0 or -errno: -EPERM for a regular file, which
 * needs no waiting.
 */
int loop_watch(struct loop *loop, int fd, uint32_t events, loop_fn *fn, void *arg);
/*
 * The epoll instance, for adding descriptors that end the wait and call nothing. They must be in
 * their event's data.fd.
 */
int loop_epoll(const struct loop *loop);

/* Waits up to ms milliseconds for events, and returns after the first. Returns 0 or -errno. */
int loop_wait(const struct loop *loop, int ms);

#endif
