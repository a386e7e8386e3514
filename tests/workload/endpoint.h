/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses and ports, from ranges that nothing else on this machine uses. */
#ifndef WORKLOAD_ENDPOINT_H
#define WORKLOAD_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define ENDPOINT_TEXT 48

struct endpoint {
	int ip;		     /* 4 or 6: the protocol, whatever the socket's family */
	bool mapped;	     /* IPv4 through an IPv6 socket: ::ffff:a.b.c.d */
	uint8_t address[16]; /* first four bytes if ip is 4; network order */
	uint16_t port;	     /* host order */
	uint32_t scope;	     /* the interface of a link-local address, by its index; else 0 */
};

/* Chooses random prefixes for this run: 127.N.0.0/16 and fdXX:XXXX:XXXX::/48. */
void endpoint_choose_prefixes(void);
/* Writes the prefix, as in "127.N.0.0/16". */
void endpoint_prefix(int ip, char text[ENDPOINT_TEXT]);

/* Makes an unused address with port 0; adds an IPv6 one to lo. Returns 0 or -errno. */
int endpoint_new(struct endpoint *e, int ip, bool mapped);
/*
 * Makes a link-local address with port 0, in the current namespace, where addresses must be usable
 * at once (accept_dad 0). Returns 0 or -errno.
 */
int endpoint_new_link_local(struct endpoint *e, unsigned interface);
/* Removes an IPv6 address from its interface. */
void endpoint_drop(const struct endpoint *e);

/* Converts to the form of bind(2) and connect(2); returns its length. */
socklen_t endpoint_to_socket(const struct endpoint *e, struct sockaddr_storage *to);
void endpoint_from_socket(struct endpoint *e, const struct sockaddr_storage *from);
void endpoint_text(const struct endpoint *e, char text[ENDPOINT_TEXT]);

#endif
