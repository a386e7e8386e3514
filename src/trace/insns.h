/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Takes out of a program, before it is loaded, what a kernel does not know. */
#ifndef TCPLIFE_INSNS_H
#define TCPLIFE_INSNS_H

#include <stdbool.h>

struct bpf_program;

#define YOUNG_HELPERS 2

/* What programs may use here. */
struct known_insns {
	bool helpers[YOUNG_HELPERS];
	bool exchange;
};

/* exchange: atomic exchanges; young: the kernel is known to have every helper. */
struct known_insns insns_known(bool exchange, bool young);

/* program: not loaded yet; NULL is fine. Returns 0 or -errno. */
int insns_drop_unknown(struct bpf_program *program, const struct known_insns *known);

#endif
