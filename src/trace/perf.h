/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The reading end of a perf buffer: one ring for each CPU. */
#ifndef TCPLIFE_PERF_H
#define TCPLIFE_PERF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record.h"

struct perf;
struct perf_event_header;

/*
 * fd: a BPF_MAP_TYPE_PERF_EVENT_ARRAY, borrowed; bytes: for the rings of all CPUs, which have a
 * page each at least. Returns NULL with errno set on failure. To be freed by perf_free().
 */
struct perf *perf_new(int fd, uint32_t bytes);
void perf_free(struct perf *perf);

/* The nth descriptor that becomes readable as records come; -1 behind the last. */
int perf_fd(const struct perf *perf, size_t n);

/*
 * Hands out the next record, which is valid until the next call. Returns 1, or 0 at the end of a
 * batch. A batch is what each ring had when its turn came; the next call begins another.
 */
int perf_next(struct perf *perf, const struct record **record);

/* The records that came, and those that the kernel told were lost, which it does not before another
 * one finds room. */
uint64_t perf_received(const struct perf *perf);
uint64_t perf_lost(const struct perf *perf);

/*
 * Reads one event: true if it is a record, which is copied. Records that it says were lost are
 * added to *lost. For tests.
 */
bool perf_read_event(const struct perf_event_header *event, struct record *record, uint64_t *lost);

#endif
