// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What one answer of the kernel says of a socket. */
#include "base/address.h"
#include "base/clock.h"
#include "bpf/tcp_state.h"
#include "sock_diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* Newer than some headers. */
#define ATTRIBUTE_CGROUP_ID 21

/* Copies what both sides know: older kernels send less, newer ones more. Returns the size sent. */
static size_t attribute_copy(void *to, size_t size, const struct rtattr *from)
{
	const size_t there = RTA_PAYLOAD(from);

	memcpy(to, RTA_DATA(from), there < size ? there : size);
	return there;
}

static void read_address(uint8_t to[16], int family, const __be32 from[4])
{
	if (family == AF_INET6)
		memcpy(to, from, 16);
	else
		address_map(to, from);
}

static bool is_link_local(const uint8_t address[16])
{
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

/*
 * bytes_acked counts the SYN of the side that opened the session; bytes_sent (4.19) counts payload
 * only. bytes_acked, plus what is sent but unacknowledged, minus what was sent (without
 * retransmissions) and the FIN, is 1 if we opened the session, else 0. Any other result means that
 * the socket changed meanwhile.
 */
static enum direction direction_of(const struct tcp_info *info, size_t bytes, uint32_t unacked,
				   uint8_t state)
{
	const bool closing =
		state == STATE_FIN_WAIT1 || state == STATE_LAST_ACK || state == STATE_CLOSING;
	const bool fin = state == STATE_FIN_WAIT2 || (closing && !info->tcpi_notsent_bytes);
	uint64_t extra;

	if (state == STATE_SYN_SENT)
		return DIRECTION_OUT;
	if (bytes < offsetof(struct tcp_info, tcpi_bytes_retrans) + sizeof(uint64_t))
		return DIRECTION_UNKNOWN;
	extra = info->tcpi_bytes_acked + unacked - info->tcpi_notsent_bytes - fin -
		(info->tcpi_bytes_sent - info->tcpi_bytes_retrans);
	if (extra > 1)
		return DIRECTION_UNKNOWN;
	return extra ? DIRECTION_OUT : DIRECTION_IN;
}

/*
 * The least time that can have passed if the kernel says MS, which it rounds up from jiffies: the
 * first of these may have been nearly over.
 */
static uint64_t least_ns(uint32_t ms)
{
	const uint64_t passed_ns = ms * UINT64_C(1000000);
	const uint64_t error_ns = (uint64_t)clock_tick_ns() + UINT64_C(1000000);

	return passed_ns > error_ns ? passed_ns - error_ns : 0;
}

static void read_info(struct sock_diag_socket *socket, const struct rtattr *attribute,
		      uint32_t unacked)
{
	struct tcp_info info = { .tcpi_state = 0 };
	const size_t bytes = attribute_copy(&info, sizeof(info), attribute);
	struct record *r = &socket->record;

	/* The kernel counts this time from ESTABLISHED until data is sent. */
	if (r->state != STATE_SYN_SENT)
		socket->age_ns = least_ns(info.tcpi_last_data_sent);
	r->bytes_acked = info.tcpi_bytes_acked;
	r->bytes_received = info.tcpi_bytes_received;
	r->srtt_us = info.tcpi_rtt << 3;
	r->total_retrans = info.tcpi_total_retrans;
	r->direction = direction_of(&info, bytes, unacked, r->state);
}

bool sock_diag_read(struct sock_diag_socket *socket, const struct nlmsghdr *message)
{
	const struct inet_diag_msg *body = NLMSG_DATA(message);
	struct record *r = &socket->record;
	const struct rtattr *attribute;
	uint64_t cgroup_id = 0;
	bool has_info = false;
	int left;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*body)))
		return false;
	memset(socket, 0, sizeof(*socket));
	read_address(r->laddr, body->idiag_family, body->id.idiag_src);
	read_address(r->raddr, body->idiag_family, body->id.idiag_dst);
	r->lport = ntohs(body->id.idiag_sport);
	r->rport = ntohs(body->id.idiag_dport);
	/* The kernel binds sockets with link-local addresses to their interface. */
	if (is_link_local(r->laddr) || is_link_local(r->raddr))
		r->ifindex = body->id.idiag_if;
	r->uid = body->idiag_uid;
	r->state = body->idiag_state;
	socket->inode = body->idiag_inode;
	socket->cookie = body->id.idiag_cookie[0] | (uint64_t)body->id.idiag_cookie[1] << 32;
	left = (int)(message->nlmsg_len - NLMSG_LENGTH(sizeof(*body)));
	attribute = (const struct rtattr *)(body + 1);
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == INET_DIAG_INFO) {
			read_info(socket, attribute, body->idiag_wqueue);
			has_info = true;
		} else if (attribute->rta_type == ATTRIBUTE_CGROUP_ID) {
			attribute_copy(&cgroup_id, sizeof(cgroup_id), attribute);
			r->kin = kin_make(cgroup_id, 0);
		}
	}
	/* Sockets in TIME_WAIT have no INET_DIAG_INFO, though they may report FIN_WAIT2. */
	return has_info;
}
