// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rehearsals are distinguished from real sessions, at either end. */
#include <arpa/inet.h>

#include "bpf/rehearsal.h"
#include "check.h"

static unsigned seed = 1;

static unsigned random_bits(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static void map(unsigned char bytes[16], const struct rehearsal_end *end)
{
	const unsigned address = htonl(end->address);

	memset(bytes, 0, 16);
	bytes[10] = bytes[11] = 0xff;
	memcpy(bytes + 12, &address, 4);
}

static int is_rehearsal(const struct rehearsal_end *local, const struct rehearsal_end *remote)
{
	_Alignas(8) unsigned char l[16], r[16];

	map(l, local);
	map(r, remote);
	return rehearsal_is(l, (unsigned short)local->port, r, (unsigned short)remote->port);
}

static struct rehearsal_end random_server(void)
{
	struct rehearsal_end server = { REHEARSAL_NET | (random_bits() & ~REHEARSAL_MASK),
					random_bits() & 0xffff };

	return server;
}

static void test_both_ends(void)
{
	for (int i = 0; i < 10000; i++) {
		const struct rehearsal_end server = random_server();
		struct rehearsal_end client = rehearsal_client(server);

		client.address |= (unsigned)i % REHEARSAL_CLIENTS;
		CHECK((client.address & REHEARSAL_MASK) == REHEARSAL_NET);
		CHECK(client.port >= 32768 && client.port <= 65535);
		CHECK(is_rehearsal(&client, &server) && is_rehearsal(&server, &client));
	}
}

/* With any other port or address, it is a real session. */
static void test_one_thing_else(void)
{
	for (unsigned i = 0; i < 10000; i++) {
		struct rehearsal_end server = random_server();
		struct rehearsal_end client = rehearsal_client(server);

		client.port ^= 1u << i % 16;
		CHECK(!is_rehearsal(&client, &server));
		client.port ^= 1u << i % 16;
		client.address ^= REHEARSAL_CLIENTS << i % 19;
		CHECK(!is_rehearsal(&server, &client));
		client.address ^= REHEARSAL_CLIENTS << i % 19;
		server.port ^= 1u << i % 16;
		CHECK(!is_rehearsal(&client, &server));
		server.port ^= 1u << i % 16;
		server.address ^= 1u << i % 22;
		CHECK(!is_rehearsal(&client, &server));
	}
}

/* Anyone may use 127.64.0.0/10 for real sessions. */
static void test_real(void)
{
	for (int i = 0; i < 1000000; i++) {
		const struct rehearsal_end one = random_server(), other = random_server();

		if (is_rehearsal(&one, &other))
			CHECK(0);
	}
}

/* The same numbers outside of that range, or in IPv6. */
static void test_elsewhere(void)
{
	_Alignas(8) unsigned char l[16], r[16];
	const struct rehearsal_end server = random_server();
	const struct rehearsal_end client = rehearsal_client(server);
	struct rehearsal_end moved = client;

	moved.address = (moved.address & ~REHEARSAL_MASK) | 0x7f000000;
	CHECK(!is_rehearsal(&moved, &server));
	map(l, &client);
	map(r, &server);
	CHECK(rehearsal_is(l, (unsigned short)client.port, r, (unsigned short)server.port));
	l[0] = 0xfd;
	CHECK(!rehearsal_is(l, (unsigned short)client.port, r, (unsigned short)server.port));
	l[0] = 0;
	r[11] = 0;
	CHECK(!rehearsal_is(l, (unsigned short)client.port, r, (unsigned short)server.port));
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "both_ends", test_both_ends },
		{ "one_thing_else", test_one_thing_else },
		{ "real", test_real },
		{ "elsewhere", test_elsewhere },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases));
}
