/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A set of TCP ports, in the layout that the kernel side reads. */
#ifndef TCPLIFE_PORTS_H
#define TCPLIFE_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/config.h"
#include "text.h"

/* Port p is bit p % 64 of words[p / 64]. All zeroes is the empty set. */
struct ports {
	uint64_t words[PORT_WORDS];
	bool any; /* has a port */
};

/*
 * Adds a list such as "80,https,8000-8100"; names are those in /etc/services. If it is malformed,
 * returns false with *blame filled in; *p may then hold some of it.
 */
bool ports_add_list(struct ports *p, const char *list, struct blame *blame);
bool ports_has(const struct ports *p, uint16_t port);
bool ports_empty(const struct ports *p);

#endif
