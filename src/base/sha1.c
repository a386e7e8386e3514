// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sha1.h"

#include <endian.h>
#include <string.h>

static uint32_t rotate(uint32_t n, unsigned bits)
{
	return n << bits | n >> (32 - bits);
}

/* One message schedule: the block's 16 words, extended to 80. */
static void schedule(uint32_t words[80], const uint8_t block[64])
{
	memcpy(words, block, 64);
	for (unsigned i = 0; i < 16; i++)
		words[i] = be32toh(words[i]);
	for (unsigned i = 16; i < 80; i++)
		words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
}

/* The function and the constant of each 20 rounds. */
static uint32_t mix(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
	switch (round / 20) {
	case 0:
		return ((b & c) | (~b & d)) + 0x5a827999;
	case 1:
		return (b ^ c ^ d) + 0x6ed9eba1;
	case 2:
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	default:
		return (b ^ c ^ d) + 0xca62c1d6;
	}
}

void sha1(uint8_t digest[SHA1_BYTES], const uint8_t *message, size_t length)
{
	static const uint32_t begin[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
					   0xc3d2e1f0 };
	const uint64_t bits = htobe64(length * 8);
	uint8_t block[64] = { 0 };
	uint32_t words[80], h[5];

	memcpy(block, message, length);
	block[length] = 0x80;
	memcpy(block + 56, &bits, sizeof(bits));
	schedule(words, block);
	memcpy(h, begin, sizeof(h));
	for (unsigned i = 0; i < 80; i++) {
		const uint32_t next = rotate(h[0], 5) + mix(i, h[1], h[2], h[3]) + h[4] + words[i];

		memmove(h + 1, h, 4 * sizeof(*h));
		h[0] = next;
		h[2] = rotate(h[2], 30);
	}
	for (unsigned i = 0; i < 5; i++) {
		const uint32_t word = htobe32(h[i] + begin[i]);

		memcpy(digest + i * sizeof(word), &word, sizeof(word));
	}
}
