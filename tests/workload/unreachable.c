// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "unreachable.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "stage.h"

#define TYPE_V4	    3 /* destination unreachable */
#define CODE_V4	    1 /* host */
#define TYPE_V6	    1 /* destination unreachable */
#define CODE_V6	    3 /* address */
#define TCP_PREFIX  8 /* of the TCP header sent: ports and sequence number */
#define V4_HEADER   20
#define V6_HEADER   40
#define ICMP_HEADER 8
#define MESSAGE_MAX (ICMP_HEADER + V6_HEADER + TCP_PREFIX)

int unreachable_prepare(const struct endpoint *server)
{
	struct endpoint at = *server;
	struct sockaddr_storage name;
	socklen_t size;
	int fd;

	at.port = 0;
	at.mapped = false;
	size = endpoint_to_socket(&at, &name);
	fd = socket(name.ss_family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
	if (fd < 0 || bind(fd, (void *)&name, size))
		stage_fail("cannot see what is sent: %s", strerror(errno));
	return fd;
}

/* Waits for the client's SYN and copies the beginning of its TCP header. */
static void await_syn(int sniffer, const struct endpoint *client, uint8_t tcp[TCP_PREFIX])
{
	uint8_t packet[256];
	ssize_t length;
	size_t skip;

	do {
		length = recv(sniffer, packet, sizeof(packet), 0);
		if (length < 0)
			stage_fail("cannot see what is sent: %s", strerror(errno));
		/* IPv4 packets include the IP header, IPv6 packets do not. */
		skip = client->ip == 4 ? (size_t)(packet[0] & 15) * 4 : 0;
	} while ((size_t)length < skip + TCP_PREFIX ||
		 (packet[skip] << 8 | packet[skip + 1]) != client->port);
	memcpy(tcp, packet + skip, TCP_PREFIX);
}

static uint16_t checksum(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Writes the IP header of the undeliverable packet; returns its length. */
static size_t put_ip(uint8_t *to, const struct endpoint *client, const struct endpoint *server)
{
	if (client->ip == 4) {
		to[0] = 0x45;
		to[3] = V4_HEADER + V4_HEADER;
		to[8] = 64;
		to[9] = IPPROTO_TCP;
		memcpy(to + 12, client->address, 4);
		memcpy(to + 16, server->address, 4);
		return V4_HEADER;
	}
	to[0] = 0x60;
	to[5] = V4_HEADER;
	to[6] = IPPROTO_TCP;
	to[7] = 64;
	memcpy(to + 8, client->address, 16);
	memcpy(to + 24, server->address, 16);
	return V6_HEADER;
}

void unreachable_tell(int sniffer, const struct endpoint *client, const struct endpoint *server)
{
	const bool v4 = client->ip == 4;
	uint8_t message[MESSAGE_MAX] = { v4 ? TYPE_V4 : TYPE_V6, v4 ? CODE_V4 : CODE_V6 };
	struct endpoint to = { .ip = client->ip };
	struct sockaddr_storage name;
	socklen_t size;
	size_t length = ICMP_HEADER;
	uint16_t sum;
	int fd;

	memcpy(to.address, client->address, sizeof(to.address));
	length += put_ip(message + length, client, server);
	await_syn(sniffer, client, message + length);
	length += TCP_PREFIX;
	if (v4) { /* the kernel computes the one of IPv6 */
		sum = checksum(message, length);
		message[2] = (uint8_t)(sum >> 8);
		message[3] = (uint8_t)sum;
	}
	size = endpoint_to_socket(&to, &name);
	fd = socket(name.ss_family, SOCK_RAW | SOCK_CLOEXEC, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	if (fd < 0 || sendto(fd, message, length, 0, (void *)&name, size) != (ssize_t)length)
		stage_fail("cannot send ICMP: %s", strerror(errno));
	close(fd);
	close(sniffer);
}
