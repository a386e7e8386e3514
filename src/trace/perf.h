/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads a perf buffer, which has a ring per CPU. */
#ifndef TCPLIFE_PERF_H
#define TCPLIFE_PERF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record.h"

struct perf;
struct perf_event_header;

/*
 * fd: a BPF_MAP_TYPE_PERF_EVENT_ARRAY, borrowed. bytes: for the rings of all CPUs, with at least a
 * page each. Returns NULL with errno set on failure. Free it with perf_free().
 */
struct perf *perf_new(int fd, uint32_t bytes);
void perf_free(struct perf *perf);

/* The nth descriptor to poll for records; -1 after the last. */
int perf_fd(const struct perf *perf, size_t n);

/*
 * Returns 1 with the next record, which is valid until the next call; or 0 at the end of a batch. A
 * batch is what each ring has when its turn comes; the next call begins another.
 */
int perf_next(struct perf *perf, const struct record **record);

/*
 * The numbers of records received, and of records that the kernel has reported as lost, which it
 * does only once another one fits.
 */
uint64_t perf_received(const struct perf *perf);
uint64_t perf_lost(const struct perf *perf);

/*
 * Parses an event. If it is a record, copies it and returns true. If it reports losses, adds them
 * to *lost. For tests.
 */
bool perf_read_event(const struct perf_event_header *event, struct record *record, uint64_t *lost);

#endif
