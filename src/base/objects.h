/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The BPF objects embedded in the binary. */
#ifndef TCPLIFE_OBJECTS_H
#define TCPLIFE_OBJECTS_H

#include <bpf/libbpf.h>

struct object;

extern const struct object object_typed, object_raw_ring, object_raw_perf, object_kprobe_ring,
	object_kprobe_perf, object_calibrate_raw, object_calibrate_kprobe;

/*
 * Unpacks an object and opens it with bpf_object__open_mem(). Returns NULL with errno set on
 * failure. The caller frees it with bpf_object__close().
 */
struct bpf_object *object_open(const struct object *object,
			       const struct bpf_object_open_opts *opts);

#endif
