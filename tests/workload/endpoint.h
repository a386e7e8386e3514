/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An address and a port, and addresses that nobody else on this machine uses. */
#ifndef WORKLOAD_ENDPOINT_H
#define WORKLOAD_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define ENDPOINT_TEXT 48

struct endpoint {
	int ip;		     /* 4 or 6: what is spoken, whatever the socket */
	bool mapped;	     /* IPv4 on an IPv6 socket: ::ffff:a.b.c.d */
	uint8_t address[16]; /* the first four bytes only, if ip is 4 */
	uint16_t port;	     /* host order */
};

/* Chooses the prefixes of this run, at random: 127.N.0.0/16 and fdXX:XXXX:XXXX::/48. */
void endpoint_choose_prefixes(void);
/* "127.N.0.0/16" and the like; a string of the caller's. */
void endpoint_prefix(int ip, char text[ENDPOINT_TEXT]);

/* A fresh address, port 0; an IPv6 one is added to lo. Returns 0 or -errno. */
int endpoint_new(struct endpoint *e, int ip, bool mapped);
/* Takes an IPv6 address off lo again. */
void endpoint_drop(const struct endpoint *e);

/* What bind(2) and connect(2) take; returns its length. */
socklen_t endpoint_to_socket(const struct endpoint *e, struct sockaddr_storage *to);
void endpoint_from_socket(struct endpoint *e, const struct sockaddr_storage *from);
void endpoint_text(const struct endpoint *e, char text[ENDPOINT_TEXT]);

/* Sets lo up in the present network namespace. Returns 0 or -errno. */
int endpoint_loopback_up(void);

#endif
