/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel memory that a loaded object takes. */
#ifndef TCPLIFE_FOOTPRINT_H
#define TCPLIFE_FOOTPRINT_H

#include <stdint.h>

struct bpf_object;

/*
 * The memory of its maps and programs in bytes, as their fdinfo tells (`memlock`, since 4.10);
 * 0 if it does not. Maps that grow count with what they take now.
 */
uint64_t footprint_read(struct bpf_object *object);

#endif
