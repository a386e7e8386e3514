/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel memory of a loaded object. */
#ifndef TCPLIFE_FOOTPRINT_H
#define TCPLIFE_FOOTPRINT_H

#include <stdint.h>

struct bpf_object;

/*
 * Returns the memory of its maps and programs in bytes, as reported in fdinfo (`memlock`, since
 * 4.10); 0 if unknown. Maps that grow count at their current size.
 */
uint64_t footprint_read(struct bpf_object *object);

#endif
