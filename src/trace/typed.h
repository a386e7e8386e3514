/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loads typed programs (tp_btf, fexit), with targets known in advance. */
#ifndef TCPLIFE_TYPED_H
#define TCPLIFE_TYPED_H

struct layout;

/* Handles from libbpf. */
struct typed_handlers {
	int tracepoint, destroy, accept;
};

/*
 * Applies to objects opened and loaded until typed_unregister(). kernel: the layout of the kernel's
 * BTF.
 */
void typed_register(struct typed_handlers *handlers, const struct layout *kernel);
void typed_unregister(const struct typed_handlers *handlers);

#endif
