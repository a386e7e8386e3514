/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads the kernel side's slots (bpf/slots.h). */
#ifndef TCPLIFE_TRACE_SLOTS_H
#define TCPLIFE_TRACE_SLOTS_H

#include <stdint.h>

struct slot_ring;
struct slot_positions;
struct record;

/*
 * fd: the map `slots` with `count` slots. positions: those of the kernel side, mapped. Borrows
 * both. Returns NULL with errno set on failure. Free it with slot_ring_free().
 */
struct slot_ring *slot_ring_new(int fd, uint32_t count, struct slot_positions *positions);
void slot_ring_free(struct slot_ring *slots);

/*
 * Returns 1 with the next record, which is valid until the next call; 0 at the end of a batch; or
 * -errno. A batch is what is there when it begins; the next call begins another.
 */
int slot_ring_next(struct slot_ring *slots, const struct record **record);

#endif
