/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loads typed programs (tp_btf, fexit) with what they attach to, which is known already. */
#ifndef TCPLIFE_TYPED_H
#define TCPLIFE_TYPED_H

struct layout;

/* As libbpf numbers them. */
struct typed_handlers {
	int tracepoint, destroy, accept;
};

/* For the objects that are opened and loaded until typed_unregister(). kernel: by its BTF. */
void typed_register(struct typed_handlers *handlers, const struct layout *kernel);
void typed_unregister(const struct typed_handlers *handlers);

#endif
