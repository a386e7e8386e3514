/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the ring generation puts its records since 5.12: places that stand there already, each
 * claimed without a lock. The kernel's ring buffer takes a lock for each record, for longer than
 * all else that the end of a session costs us; it only wakes the reader then.
 */
#ifndef TCPLIFE_OUTBOX_H
#define TCPLIFE_OUTBOX_H

#include "record.h"

/* One of a power of two, given out in turn: map `outbox`. */
struct outbox_place {
	__u64 number; /* of the record, from 1 on; written last */
	struct record record;
};

/* Two cache lines, as the two sides write one each: map `.bss.outbox`. */
struct outbox_books {
	__u64 given; /* records that were given a place, ever */
	__u64 line[7];
	__u64 taken; /* those that user space has done with */
	__u64 next_line[7];
};

/* Programs that may run at once on one CPU: each finds room, and only then takes a place. */
#define OUTBOX_SPARE 4

#endif
