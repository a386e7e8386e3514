/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Takes records out of the kernel's buffer, whichever kind the object has. */
#ifndef TCPLIFE_READER_H
#define TCPLIFE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

struct bpf_map;
struct reader;

/* Called for each record. */
typedef void (*reader_fn)(void *arg, const struct record *record);

/* map: the object's `records`, loaded. NULL with errno set if it fails. */
struct reader *reader_new(const struct bpf_map *map, bool ring, reader_fn fn, void *arg);
void reader_free(struct reader *reader);

/*
 * Adds the buffer to an epoll instance, edge-triggered: it tells of the kernel's wake-ups only, not of
 * every record, which a reader that drains on a timer, too, need not know. Returns 0 or -errno.
 */
int reader_watch(const struct reader *reader, int epoll);

/* Reads all that waits. Returns 0 or -errno. */
int reader_drain(struct reader *reader);

/* Records that the kernel could not put into a perf buffer; the ring buffer counts for itself. */
uint64_t reader_lost(const struct reader *reader);

#endif
