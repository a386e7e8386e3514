/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SHA-1 (FIPS 180-4) of short messages. For identifiers that others define, not for security. */
#ifndef TCPLIFE_SHA1_H
#define TCPLIFE_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_BYTES   20
#define SHA1_LONGEST 55 /* bytes of a message that fits into one block with its length */

/* `length` is at most SHA1_LONGEST. */
void sha1(uint8_t digest[SHA1_BYTES], const uint8_t *message, size_t length);

#endif
