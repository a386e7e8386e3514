/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The BPF objects that the binary carries. */
#ifndef TCPLIFE_OBJECTS_H
#define TCPLIFE_OBJECTS_H

#include <stddef.h>

struct object {
	const char *name;
	const void *bytes;
	const size_t *size;
};

extern const struct object object_typed, object_classic_ring, object_classic_perf, object_kprobe_ring,
	object_kprobe_perf, object_calibrate_classic, object_calibrate_kprobe;

#endif
