// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "objects.h"

/* Eight-aligned, as libelf wants to read it. */
#define OBJECT(identifier, file)                                                                   \
	__asm__(".pushsection .rodata\n"                                                           \
		".balign 8\n"                                                                      \
		#identifier "_begin: .incbin \"" file ".bpf.o\"\n"                                 \
		#identifier "_end: .balign 8\n"                                                    \
		#identifier "_size: .quad " #identifier "_end - " #identifier "_begin\n"           \
		".popsection\n");                                                                  \
	extern const char identifier##_begin[];                                                    \
	extern const size_t identifier##_size;                                                     \
	const struct object object_##identifier = { file, identifier##_begin, &identifier##_size }

OBJECT(typed, "typed");
OBJECT(classic_ring, "classic-ring");
OBJECT(classic_perf, "classic-perf");
OBJECT(kprobe_ring, "kprobe-ring");
OBJECT(kprobe_perf, "kprobe-perf");
OBJECT(calibrate_classic, "calibrate-classic");
OBJECT(calibrate_kprobe, "calibrate-kprobe");
