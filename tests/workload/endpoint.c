// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "link.h"

/* struct in6_ifreq of linux/ipv6.h, which conflicts with netinet/in.h on some systems. */
struct in6_request {
	struct in6_addr address;
	uint32_t prefix;
	int index;
};

static uint8_t v4_net;	  /* the N in 127.N */
static uint32_t *v4_used; /* number of its addresses used by all processes */
static uint8_t v6_net[6]; /* fdXX:XXXX:XXXX */

/* Not getrandom(2), which may block for a long time just after boot. */
static void fill_random(void *to, size_t size)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, to, size) != (ssize_t)size) {
		perror("workload: /dev/urandom");
		exit(1);
	}
	close(fd);
}

void endpoint_choose_prefixes(void)
{
	fill_random(&v4_net, 1);
	v4_net = (uint8_t)(3 + v4_net % 70); /* the bench uses 77 and 78 */
	v4_used = mmap(NULL, sizeof(*v4_used), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (v4_used == MAP_FAILED) {
		perror("workload: mmap");
		exit(1);
	}
	fill_random(v6_net, sizeof(v6_net));
	v6_net[0] = 0xfd;
}

void endpoint_prefix(int ip, char text[ENDPOINT_TEXT])
{
	uint8_t address[16] = { 127, v4_net };

	if (ip == 6)
		memcpy(address, v6_net, sizeof(v6_net));
	inet_ntop(ip == 6 ? AF_INET6 : AF_INET, address, text, ENDPOINT_TEXT);
	strcat(text, ip == 6 ? "/48" : "/16");
}

static int change_address(const struct endpoint *e, int request)
{
	struct in6_request r = { .prefix = 128, .index = (int)if_nametoindex("lo") };

	if (e->scope) {
		r.prefix = 64;
		r.index = (int)e->scope;
	}
	memcpy(&r.address, e->address, sizeof(r.address));
	return link_ioctl(AF_INET6, request, &r);
}

/* It may take a moment until the kernel lets a process bind to a new address. */
static int await_bindable(const struct endpoint *e)
{
	struct sockaddr_storage name;
	socklen_t size = endpoint_to_socket(e, &name);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), status;

	if (fd < 0)
		return -errno;
	do {
		status = bind(fd, (void *)&name, size) ? -errno : 0;
		sched_yield();
	} while (status == -EADDRNOTAVAIL);
	close(fd);
	return status;
}

int endpoint_new(struct endpoint *e, int ip, bool mapped)
{
	int status;

	*e = (struct endpoint){ .ip = ip, .mapped = mapped };
	if (ip == 4) {
		const uint32_t n = __atomic_fetch_add(v4_used, 1, __ATOMIC_RELAXED);

		e->address[0] = 127;
		e->address[1] = v4_net;
		e->address[2] = (uint8_t)(n / 254);
		e->address[3] = (uint8_t)(1 + n % 254);
		return 0;
	}
	fill_random(e->address, sizeof(e->address));
	memcpy(e->address, v6_net, sizeof(v6_net));
	status = change_address(e, SIOCSIFADDR);
	return status ? status : await_bindable(e);
}

int endpoint_new_link_local(struct endpoint *e, unsigned interface)
{
	static const uint8_t prefix[8] = { 0xfe, 0x80 };
	int status;

	*e = (struct endpoint){ .ip = 6, .scope = interface };
	fill_random(e->address, sizeof(e->address));
	memcpy(e->address, prefix, sizeof(prefix));
	status = change_address(e, SIOCSIFADDR);
	return status ? status : await_bindable(e);
}

void endpoint_drop(const struct endpoint *e)
{
	if (e->ip == 6)
		change_address(e, SIOCDIFADDR);
}

socklen_t endpoint_to_socket(const struct endpoint *e, struct sockaddr_storage *to)
{
	struct sockaddr_in *v4 = (void *)to;
	struct sockaddr_in6 *v6 = (void *)to;

	memset(to, 0, sizeof(*to));
	if (e->ip == 4 && !e->mapped) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(e->port);
		memcpy(&v4->sin_addr, e->address, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(e->port);
	v6->sin6_scope_id = e->scope;
	if (e->ip == 6) {
		memcpy(&v6->sin6_addr, e->address, 16);
	} else {
		memset(v6->sin6_addr.s6_addr + 10, 0xff, 2);
		memcpy(v6->sin6_addr.s6_addr + 12, e->address, 4);
	}
	return sizeof(*v6);
}

void endpoint_from_socket(struct endpoint *e, const struct sockaddr_storage *from)
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;

	*e = (struct endpoint){ .ip = 4 };
	if (from->ss_family == AF_INET) {
		e->port = ntohs(v4->sin_port);
		memcpy(e->address, &v4->sin_addr, 4);
		return;
	}
	e->port = ntohs(v6->sin6_port);
	e->mapped = IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
	if (e->mapped) {
		memcpy(e->address, v6->sin6_addr.s6_addr + 12, 4);
	} else {
		e->ip = 6;
		e->scope = v6->sin6_scope_id;
		memcpy(e->address, &v6->sin6_addr, 16);
	}
}

void endpoint_text(const struct endpoint *e, char text[ENDPOINT_TEXT])
{
	inet_ntop(e->ip == 4 ? AF_INET : AF_INET6, e->address, text, ENDPOINT_TEXT);
}
