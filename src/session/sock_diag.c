// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sock_diag.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/address.h"
#include "base/helper.h"

#define ANSWER_BYTES 65536
#define STATE_BIT(s) (1U << STATE_##s)

/* Newer than some headers. */
#define ATTRIBUTE_CGROUP_ID 21

/* Without SYN_RECV: no process has accepted those sockets yet. */
#define STATES                                                                                     \
	(STATE_BIT(ESTABLISHED) | STATE_BIT(SYN_SENT) | STATE_BIT(FIN_WAIT1) |                     \
	 STATE_BIT(FIN_WAIT2) | STATE_BIT(CLOSE_WAIT) | STATE_BIT(LAST_ACK) | STATE_BIT(CLOSING) | \
	 STATE_BIT(LISTEN))

struct namespace
{
	ino_t inode; /* 0: unknown without /proc */
	int door;    /* /proc/PID/ns/net until it is opened; -1: our own */
	int fd;	     /* netlink socket; -1: opening failed */
};

struct sock_diag {
	struct namespace *list; /* our own is the first */
	size_t count;
	size_t opened; /* how many have been tried; the rest is new */
	int error;     /* the first -errno while opening */
};

struct request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

bool sock_diag_covers(const struct sock_diag *diag, uint32_t netns)
{
	for (size_t i = 0; i < diag->count; i++)
		if (diag->list[i].inode == netns && diag->list[i].fd >= 0)
			return true;
	return false;
}

static bool is_known(const struct sock_diag *diag, ino_t inode)
{
	for (size_t i = 0; i < diag->count; i++)
		if (diag->list[i].inode == inode)
			return true;
	return false;
}

static int add(struct sock_diag *diag, ino_t inode, int door)
{
	struct namespace *list = realloc(diag->list, (diag->count + 1) * sizeof(*list));

	if (!list)
		return -ENOMEM;
	list[diag->count++] = (struct namespace){ .inode = inode, .door = door, .fd = -1 };
	diag->list = list;
	return 0;
}

static void note_error(struct sock_diag *diag, int error)
{
	if (!diag->error)
		diag->error = error;
}

static void add_process(struct sock_diag *diag, int proc, const char *pid)
{
	char path[32];
	struct stat stat;
	int door;

	snprintf(path, sizeof(path), "%.20s/ns/net", pid);
	if (!fstatat(proc, path, &stat, 0) && is_known(diag, stat.st_ino))
		return;
	door = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (door < 0) {
		/* The process may have ended meanwhile. */
		if (errno != ENOENT && errno != ESRCH)
			note_error(diag, -errno);
	} else if (fstat(door, &stat)) {
		close(door);
	} else if (add(diag, stat.st_ino, door)) {
		note_error(diag, -ENOMEM);
		close(door);
	}
}

/* Adds the network namespaces of all processes that are not in the list yet. */
static void find_namespaces(struct sock_diag *diag)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	if (!proc) {
		note_error(diag, -errno);
		return;
	}
	while ((entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			add_process(diag, dirfd(proc), entry->d_name);
	closedir(proc);
}

static int netlink_open(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

/* Enters each new namespace and opens a socket there, which is ours too. */
static int open_in_helper(void *arg)
{
	struct sock_diag *diag = arg;

	for (size_t i = diag->opened; i < diag->count; i++) {
		struct namespace *n = &diag->list[i];

		if (!setns(n->door, CLONE_NEWNET))
			n->fd = netlink_open();
		if (n->fd < 0)
			note_error(diag, -errno);
	}
	return 0;
}

static int open_namespaces(struct sock_diag *diag)
{
	int result;

	diag->error = 0;
	find_namespaces(diag);
	if (diag->opened < diag->count) {
		result = helper_run(open_in_helper, diag);
		if (result)
			note_error(diag, result);
	}
	for (; diag->opened < diag->count; diag->opened++)
		close(diag->list[diag->opened].door);
	return diag->error;
}

static int open_ours(struct sock_diag *diag)
{
	struct stat stat = { .st_ino = 0 };

	if (fstatat(AT_FDCWD, "/proc/self/ns/net", &stat, 0))
		note_error(diag, -errno);
	if (add(diag, stat.st_ino, -1))
		return -ENOMEM;
	diag->opened = 1;
	diag->list[0].fd = netlink_open();
	return diag->list[0].fd < 0 ? -errno : 0;
}

/* --- answers of the kernel --- */

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

static void read_info(struct record *r, const struct rtattr *attribute, uint32_t unacked)
{
	struct tcp_info info = { .tcpi_state = 0 };
	const size_t bytes = attribute_copy(&info, sizeof(info), attribute);

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
	left = (int)(message->nlmsg_len - NLMSG_LENGTH(sizeof(*body)));
	attribute = (const struct rtattr *)(body + 1);
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == INET_DIAG_INFO) {
			read_info(r, attribute, body->idiag_wqueue);
			has_info = true;
		} else if (attribute->rta_type == ATTRIBUTE_CGROUP_ID) {
			attribute_copy(&r->cgroup_id, sizeof(r->cgroup_id), attribute);
		}
	}
	/* Sockets in TIME_WAIT have no INET_DIAG_INFO, though they may report FIN_WAIT2. */
	return has_info;
}

/* Returns 1 at the end of the dump, 0 if more follows, or -errno. */
static int read_answer(const struct namespace *n, const struct nlmsghdr *message, sock_diag_fn fn,
		       void *arg)
{
	struct sock_diag_socket socket;
	int result;

	if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) {
		/* Both begin with an error number, which old kernels omit from NLMSG_DONE. */
		if (message->nlmsg_len < NLMSG_LENGTH(sizeof(int)))
			return 1;
		memcpy(&result, NLMSG_DATA(message), sizeof(result));
		return result < 0 ? result : 1;
	}
	if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY || !sock_diag_read(&socket, message))
		return 0;
	socket.record.netns = (uint32_t)n->inode;
	return fn(arg, &socket);
}

static int ask(int fd, uint8_t family, uint32_t states)
{
	const struct request request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.body = {
			.sdiag_family = family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_ext = 1U << (INET_DIAG_INFO - 1),
			.idiag_states = states,
		},
	};

	return send(fd, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

/* Dumps the sockets of one namespace and family that are in these states (bit mask). */
static int dump(const struct namespace *n, uint8_t family, uint32_t states, sock_diag_fn fn,
		void *arg)
{
	void *buffer = malloc(ANSWER_BYTES);
	int result = buffer ? ask(n->fd, family, states) : -ENOMEM;

	while (!result) {
		const struct nlmsghdr *message = buffer;
		ssize_t length = recv(n->fd, buffer, ANSWER_BYTES, 0);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			result = -errno;
		for (; !result && length > 0 && NLMSG_OK(message, (size_t)length);
		     message = NLMSG_NEXT(message, length))
			result = read_answer(n, message, fn, arg);
	}
	free(buffer);
	return result < 0 ? result : 0;
}

int sock_diag_dump(const struct sock_diag *diag, sock_diag_fn fn, void *arg)
{
	int first = 0, result;

	for (size_t i = 0; i < diag->count; i++) {
		const struct namespace *n = &diag->list[i];

		for (int v6 = 0; v6 < 2 && n->fd >= 0; v6++) {
			result = dump(n, v6 ? AF_INET6 : AF_INET, STATES, fn, arg);
			/* A kernel without IPv6 has no such sockets. */
			if (!first && !(v6 && result == -ENOENT))
				first = result;
		}
	}
	return first;
}

/* --- lifecycle --- */

/* What the user can do about an error. */
static const char *remedy(int error)
{
	switch (-error) {
	case ENOENT:
	case EPROTONOSUPPORT:
		return "load the kernel module tcp_diag";
	case EMFILE:
	case ENFILE:
		return "allow more open files with ulimit -n";
	case EPERM:
	case EACCES:
		return "run as root, with CAP_SYS_ADMIN and CAP_SYS_PTRACE; a security module may "
		       "forbid it, too";
	default:
		return "try again";
	}
}

static int ignore(void *arg, const struct sock_diag_socket *socket)
{
	(void)arg;
	(void)socket;
	return 0;
}

struct sock_diag *sock_diag_new(char *why, size_t size)
{
	struct sock_diag *diag = calloc(1, sizeof(*diag));
	int result = diag ? open_ours(diag) : -ENOMEM;

	*why = '\0';
	/* An old kernel, or one without the module, fails only at the first dump. */
	if (!result)
		result = dump(&diag->list[0], AF_INET, STATE_BIT(LISTEN), ignore, NULL);
	if (result) {
		snprintf(why, size, "cannot ask the kernel for open sockets: %s; %s",
			 strerror(-result), remedy(result));
		sock_diag_free(diag);
		return NULL;
	}
	result = open_namespaces(diag);
	if (result)
		snprintf(why, size,
			 "cannot look into every network namespace for open sockets: %s; %s",
			 strerror(-result), remedy(result));
	return diag;
}

void sock_diag_free(struct sock_diag *diag)
{
	if (!diag)
		return;
	for (size_t i = 0; i < diag->count; i++)
		if (diag->list[i].fd >= 0)
			close(diag->list[i].fd);
	free(diag->list);
	free(diag);
}
