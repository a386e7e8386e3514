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
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/helper.h"
#include "bpf/tcp_state.h"
#include "proc.h"

#define ANSWER_BYTES 65536
#define STATE_BIT(s) (1U << STATE_##s)

/* Without SYN_RECV: no process has accepted those sockets yet. */
#define STATES                                                                                     \
	(STATE_BIT(ESTABLISHED) | STATE_BIT(SYN_SENT) | STATE_BIT(FIN_WAIT1) |                     \
	 STATE_BIT(FIN_WAIT2) | STATE_BIT(CLOSE_WAIT) | STATE_BIT(LAST_ACK) | STATE_BIT(CLOSING) | \
	 STATE_BIT(LISTEN))

struct namespace
{
	ino_t inode; /* 0: unknown without /proc */
	int ns_fd;   /* /proc/PID/ns/net until it is opened; -1: our own */
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

static int add(struct sock_diag *diag, ino_t inode, int ns_fd)
{
	struct namespace *list = realloc(diag->list, (diag->count + 1) * sizeof(*list));

	if (!list)
		return -ENOMEM;
	list[diag->count++] = (struct namespace){ .inode = inode, .ns_fd = ns_fd, .fd = -1 };
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
	int ns_fd;

	snprintf(path, sizeof(path), "%.20s/ns/net", pid);
	if (!fstatat(proc, path, &stat, 0) && is_known(diag, stat.st_ino))
		return;
	ns_fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (ns_fd < 0) {
		/* The process may have ended meanwhile. */
		if (errno != ENOENT && errno != ESRCH)
			note_error(diag, -errno);
	} else if (fstat(ns_fd, &stat)) {
		close(ns_fd);
	} else if (add(diag, stat.st_ino, ns_fd)) {
		note_error(diag, -ENOMEM);
		close(ns_fd);
	}
}

/* Adds the network namespaces of all processes that are not in the list yet. */
static void find_namespaces(struct sock_diag *diag)
{
	DIR *proc = opendir(proc_root());
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

		if (!setns(n->ns_fd, CLONE_NEWNET))
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
		close(diag->list[diag->opened].ns_fd);
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

/* Who gets the sockets of a dump, until they want no more. */
struct receiver {
	sock_diag_fn fn;
	void *arg;
	int error; /* what fn returned */
};

/* Returns 1 at the end of the dump, 0 if more follows, or the kernel's -errno. */
static int read_answer(const struct namespace *n, const struct nlmsghdr *message,
		       struct receiver *to)
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
	if (!to->error)
		to->error = to->fn(to->arg, &socket);
	return 0;
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

/*
 * Dumps the sockets of one namespace and family that are in these states (bit mask). Reads to the
 * end in any case: until then, the kernel refuses another dump.
 */
static int dump(const struct namespace *n, uint8_t family, uint32_t states, sock_diag_fn fn,
		void *arg)
{
	struct receiver to = { .fn = fn, .arg = arg };
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
			result = read_answer(n, message, &to);
	}
	free(buffer);
	return result < 0 ? result : to.error;
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
		return "it takes CAP_SYS_ADMIN and CAP_SYS_PTRACE, which root has, and a security "
		       "module that does not forbid it";
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
