/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The BPF objects embedded in the binary. */
#ifndef TCPLIFE_OBJECTS_H
#define TCPLIFE_OBJECTS_H

#include <bpf/libbpf.h>

struct object;

/* X(identifier, file): the Makefile makes FILE.bpf.o.gz. */
#define OBJECTS(X)                              \
	X(typed, "typed")                       \
	X(raw_ring, "raw-ring")                 \
	X(raw_perf, "raw-perf")                 \
	X(kprobe_ring, "kprobe-ring")           \
	X(kprobe_perf, "kprobe-perf")           \
	X(calibrate_raw, "calibrate-raw")       \
	X(calibrate_kprobe, "calibrate-kprobe") \
	X(cgroup, "cgroup")

#define X(identifier, file) extern const struct object object_##identifier;
OBJECTS(X)
#undef X

/*
 * Unpacks an object and opens it with bpf_object__open_mem(). Returns NULL with errno set on
 * failure. The caller frees it with bpf_object__close().
 */
struct bpf_object *object_open(const struct object *object,
			       const struct bpf_object_open_opts *opts);

#endif
