/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A set of TCP ports, laid out as the kernel side looks it up. */
#ifndef TCPLIFE_PORTS_H
#define TCPLIFE_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/record.h"
#include "text.h"

/* All zeroes is the empty set. Bit port%64 of words[port/64]. */
struct ports {
	uint64_t words[PORT_WORDS];
};

/* Adds "80,443,8000-8100". False, and *blame filled in, if it is bad; *p may be half done. */
bool ports_add_list(struct ports *p, const char *list, struct blame *blame);
bool ports_has(const struct ports *p, uint16_t port);
bool ports_empty(const struct ports *p);

#endif
