/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads records from the kernel's buffer, of either kind. */
#ifndef TCPLIFE_READER_H
#define TCPLIFE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/record.h"

struct maps;
struct reader;
struct limits;

/*
 * maps: of a loaded object, with buffers sized by its limits; borrowed. Without a ring buffer, the
 * perf buffers of all CPUs share that size, with at least a page each. Returns NULL with errno set
 * on failure. Free it with reader_free().
 */
struct reader *reader_new(const struct maps *maps, const struct limits *limits, bool ring);
void reader_free(struct reader *reader);

/*
 * Adds the buffer to an epoll instance, edge-triggered: it then reports only the kernel's wakeups,
 * not every record. So drain on a timer as well. Returns 0 or -errno.
 */
int reader_watch(const struct reader *reader, int epoll);

/*
 * Returns 1 with the next record, which is valid until the next call; 0 at the end of a batch; or
 * -errno. A batch is what is there when it begins; the next call begins another.
 */
int reader_next(struct reader *reader, const struct record **record);

/*
 * For perf buffers: the numbers of records received, and of records that the kernel has reported as
 * lost, which it does only once another one fits. The ring generation counts losses where it
 * writes.
 */
uint64_t reader_received(const struct reader *reader);
uint64_t reader_lost(const struct reader *reader);

#endif
