// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "community.h"

#include <netinet/in.h>
#include <string.h>

#include "base/sha1.h"

/* One end of the flow: address and port in network order. */
struct end {
	uint8_t address[16];
	uint16_t port;
};

/* Writes the base 64 of a digest and a NUL. The digest's 20 bytes leave two for the last group. */
static void encode(char *to, const uint8_t digest[SHA1_BYTES])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (unsigned i = 0; i < SHA1_BYTES; i += 3) {
		const uint32_t group = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 |
				       (i + 2 < SHA1_BYTES ? digest[i + 2] : 0);

		for (unsigned bits = 24; bits; bits -= 6)
			*to++ = digits[group >> (bits - 6) & 63];
	}
	strcpy(to - 1, "=");
}

void community_id(char id[COMMUNITY_SIZE], const struct session *s)
{
	const size_t bytes = s->ip == 4 ? 4 : 16;
	struct end ends[2] = { { .port = htons(s->lport) }, { .port = htons(s->rport) } };
	uint8_t message[SHA1_LONGEST] = { 0 }, digest[SHA1_BYTES];
	uint8_t *at = message + sizeof(uint16_t); /* after the seed */
	int order;

	memcpy(ends[0].address, s->laddr, bytes);
	memcpy(ends[1].address, s->raddr, bytes);
	/* The lower end comes first, by bytes. */
	order = memcmp(ends[0].address, ends[1].address, bytes);
	if (!order)
		order = memcmp(&ends[0].port, &ends[1].port, sizeof(uint16_t));
	for (unsigned i = 0; i < 2; i++, at += bytes)
		memcpy(at, ends[i ^ (order > 0)].address, bytes);
	*at = IPPROTO_TCP;
	at += 2; /* and a byte of padding */
	for (unsigned i = 0; i < 2; i++, at += sizeof(uint16_t))
		memcpy(at, &ends[i ^ (order > 0)].port, sizeof(uint16_t));
	sha1(digest, message, (size_t)(at - message));
	strcpy(id, "1:");
	encode(id + 2, digest);
}
