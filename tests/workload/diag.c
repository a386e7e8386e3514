// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SOCK_DESTROY
#define SOCK_DESTROY 21
#endif

struct request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

struct reply {
	struct nlmsghdr header;
	struct nlmsgerr error;
};

static void request_fill(struct request *r, const struct endpoint *local,
			 const struct endpoint *remote)
{
	struct inet_diag_sockid *id = &r->body.id;

	memset(r, 0, sizeof(*r));
	r->header.nlmsg_len = sizeof(*r);
	r->header.nlmsg_type = SOCK_DESTROY;
	r->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	r->body.sdiag_family = local->ip == 4 ? AF_INET : AF_INET6;
	r->body.sdiag_protocol = IPPROTO_TCP;
	r->body.idiag_states = ~0U;
	id->idiag_sport = htons(local->port);
	id->idiag_dport = htons(remote->port);
	memcpy(id->idiag_src, local->address, 16);
	memcpy(id->idiag_dst, remote->address, 16);
	id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

int diag_destroy(const struct endpoint *local, const struct endpoint *remote)
{
	struct request request;
	struct reply reply;
	ssize_t length;
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0)
		return -errno;
	request_fill(&request, local, remote);
	length = send(fd, &request, sizeof(request), 0);
	if (length > 0)
		length = recv(fd, &reply, sizeof(reply), 0);
	if (length < 0) {
		reply.error.error = -errno;
	} else if (length < (ssize_t)sizeof(reply.header) + (ssize_t)sizeof(int) ||
		   reply.header.nlmsg_type != NLMSG_ERROR) {
		reply.error.error = -EPROTO;
	}
	close(fd);
	return reply.error.error;
}
