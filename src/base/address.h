/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* IPv4 addresses mapped into IPv6: ::ffff:a.b.c.d. */
#ifndef TCPLIFE_ADDRESS_H
#define TCPLIFE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ADDRESS_MAPPED_BYTES 12 /* the bytes before the IPv4 address */

static inline const uint8_t *address_mapped_prefix(void)
{
	static const uint8_t prefix[ADDRESS_MAPPED_BYTES] = { [10] = 0xff, [11] = 0xff };

	return prefix;
}

static inline bool address_is_mapped(const uint8_t address[16])
{
	return !memcmp(address, address_mapped_prefix(), ADDRESS_MAPPED_BYTES);
}

/* Writes the IPv4-mapped form of v4 (4 bytes, network order) to `to`. */
static inline void address_map(uint8_t to[16], const void *v4)
{
	memcpy(to, address_mapped_prefix(), ADDRESS_MAPPED_BYTES);
	memcpy(to + ADDRESS_MAPPED_BYTES, v4, 4);
}

#endif
