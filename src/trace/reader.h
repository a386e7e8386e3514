/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Takes records out of the kernel's buffer, whichever kind the object has. */
#ifndef TCPLIFE_READER_H
#define TCPLIFE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/record.h"

struct maps;
struct reader;
struct room;

/*
 * maps: of an object that is loaded, with buffers as room says; borrowed. Where it has no ring
 * buffer, the perf buffers of all CPUs have as much in all, with a page for each at least. Returns
 * NULL with errno set on failure.
 */
struct reader *reader_new(const struct maps *maps, const struct room *room, bool ring);
void reader_free(struct reader *reader);

/*
 * Adds the buffer to an epoll instance, edge-triggered: it tells of the kernel's wake-ups only, not
 * of every record, which a reader that drains on a timer, too, need not know. Returns 0 or -errno.
 */
int reader_watch(const struct reader *reader, int epoll);

/*
 * Hands out the next record, which is valid until the next call. Returns 1, or 0 at the end of a
 * batch, or -errno. A batch is what was there when it began; the next call begins another.
 */
int reader_next(struct reader *reader, const struct record **record);

/*
 * Of a perf buffer: the records that came, and those that the kernel has told to be lost, which it
 * does not before another one finds room. The ring buffer's are counted by who writes.
 */
uint64_t reader_received(const struct reader *reader);
uint64_t reader_lost(const struct reader *reader);

#endif
