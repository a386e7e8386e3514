/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the ring generation puts its records since 5.12: in preallocated slots, each claimed
 * without a lock. The kernel's ring buffer takes a lock per record, which costs more than the rest
 * of a session's end; it only wakes the reader.
 */
#ifndef TCPLIFE_BPF_SLOTS_H
#define TCPLIFE_BPF_SLOTS_H

#include "record.h"

/* An element of the map `slots`. Their number is a power of two, and they are used in turn. */
struct slot {
	__u64 number; /* the record's number, from 1; written last */
	struct record record;
};

/* Two cache lines, each written by one side: map `.bss.slots`. */
struct slot_positions {
	__u64 producer; /* number of slots claimed so far */
	__u64 line[7];
	__u64 consumer; /* number of records that user space has read */
	__u64 next_line[7];
};

/* Programs that may run at once on a CPU: each checks for room before it claims a slot. */
#define SLOTS_SPARE 4

#endif
