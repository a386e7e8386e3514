/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Removes from a program, before loading, what this kernel does not know. */
#ifndef TCPLIFE_INSNS_H
#define TCPLIFE_INSNS_H

#include <stdbool.h>

struct bpf_program;

#define YOUNG_HELPERS 2

/* What programs may use on this kernel. */
struct known_insns {
	bool helpers[YOUNG_HELPERS];
	bool exchange;
};

/*
 * exchange: whether atomic exchanges work; young: whether the kernel is known to have all helpers.
 */
struct known_insns insns_known(bool exchange, bool young);

/* program: not loaded yet; may be NULL. Returns 0 or -errno. */
int insns_drop_unknown(struct bpf_program *program, const struct known_insns *known);

#endif
