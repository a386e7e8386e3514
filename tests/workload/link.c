// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "link.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
	struct nlmsghdr header;
	struct ifinfomsg body;
	struct rtattr info, kind; /* the latter is within the former */
	char name[4];
};

struct reply {
	struct nlmsghdr header;
	struct nlmsgerr error;
};

int link_ioctl(int family, int request, void *argument)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int status;

	if (fd < 0)
		return -errno;
	status = ioctl(fd, request, argument) ? -errno : 0;
	close(fd);
	return status;
}

int link_up(const char *name)
{
	struct ifreq r = { 0 };
	int status;

	strncpy(r.ifr_name, name, sizeof(r.ifr_name) - 1);
	status = link_ioctl(AF_INET, SIOCGIFFLAGS, &r);
	if (status)
		return status;
	r.ifr_flags |= IFF_UP;
	return link_ioctl(AF_INET, SIOCSIFFLAGS, &r);
}

static int await_running(const char *name)
{
	struct ifreq r = { 0 };
	int status;

	strncpy(r.ifr_name, name, sizeof(r.ifr_name) - 1);
	while (!(status = link_ioctl(AF_INET, SIOCGIFFLAGS, &r)) && !(r.ifr_flags & IFF_RUNNING))
		sched_yield();
	return status;
}

/* The kernel names them: veth0 and veth1 are the first. */
static int make_pair(void)
{
	struct request request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_NEWLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL },
		.info = { .rta_len = sizeof(request.info) + sizeof(request.kind) +
				     sizeof(request.name),
			  .rta_type = IFLA_LINKINFO },
		.kind = { .rta_len = sizeof(request.kind) + sizeof(request.name),
			  .rta_type = IFLA_INFO_KIND },
		.name = { 'v', 'e', 't', 'h' },
	};
	struct reply reply = { .error.error = -EPROTO };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (send(fd, &request, sizeof(request), 0) < 0 || recv(fd, &reply, sizeof(reply), 0) < 0)
		reply.error.error = -errno;
	close(fd);
	return reply.error.error;
}

int link_pair(unsigned index[2])
{
	static const char *const names[2] = { "veth0", "veth1" };
	int status = make_pair();

	for (int i = 0; i < 2 && !status; i++)
		status = link_up(names[i]);
	for (int i = 0; i < 2 && !status; i++) {
		status = await_running(names[i]);
		index[i] = if_nametoindex(names[i]);
	}
	return status;
}
