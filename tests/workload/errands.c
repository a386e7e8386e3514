// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "errands.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

#define THREADS_MOST	      8

#define ERRAND(fn, text, ...) (&(struct errand){ .run = (fn), .what = (text), __VA_ARGS__ })

static const int on = 1, off = 0;
static char buffer[1 << 16];

void errand_tell_tuple(int fd, struct answer *out)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);

	if (!getsockname(fd, (void *)&name, &size))
		endpoint_from_socket(&out->local, &name);
	size = sizeof(name);
	if (!getpeername(fd, (void *)&name, &size))
		endpoint_from_socket(&out->remote, &name);
}

static void check(struct answer *out, long status)
{
	if (status < 0)
		out->error = errno;
}

/* The name is passed in the place of an address. */
static void run_rename(const struct errand *in, struct answer *out)
{
	check(out, prctl(PR_SET_NAME, in->local.address));
}

void errand_rename(struct actor *a, const char *name)
{
	struct errand e = { .run = run_rename, .what = "rename" };

	strncpy((char *)e.local.address, name, sizeof(e.local.address) - 1);
	actor_do(a, &e);
}

static int bound_socket(const struct endpoint *at, bool late_port)
{
	struct sockaddr_storage name;
	socklen_t size = endpoint_to_socket(at, &name);
	int fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (name.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	/* As most clients do: the kernel chooses the local port no earlier than SYN_SENT. */
	if (late_port && !at->port)
		setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (bind(fd, (void *)&name, size)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void run_listen(const struct errand *in, struct answer *out)
{
	out->value = bound_socket(&in->local, false);
	check(out, out->value);
	if (!out->error)
		check(out, listen((int)out->value, in->number));
	if (!out->error)
		errand_tell_tuple((int)out->value, out);
}

int errand_listen(struct actor *a, struct endpoint *at, int backlog)
{
	struct answer answer =
		actor_do(a, ERRAND(run_listen, "listen", .local = *at, .number = backlog));

	at->port = answer.local.port;
	return (int)answer.value;
}

static void run_bind(const struct errand *in, struct answer *out)
{
	out->value = bound_socket(&in->local, true);
	check(out, out->value);
}

int errand_bind(struct actor *a, const struct endpoint *local)
{
	return (int)actor_do(a, ERRAND(run_bind, "bind", .local = *local)).value;
}

static void run_connect(const struct errand *in, struct answer *out)
{
	struct sockaddr_storage name;
	socklen_t size = endpoint_to_socket(&in->remote, &name);
	int yes = 1;

	ioctl(in->fd, FIONBIO, &yes);
	check(out, connect(in->fd, (void *)&name, size));
	errand_tell_tuple(in->fd, out);
	out->remote = in->remote;
}

struct answer errand_connect(struct actor *a, int fd, const struct endpoint *remote)
{
	return actor_try(a, ERRAND(run_connect, "connect", .fd = fd, .remote = *remote));
}

static void run_fast_open(const struct errand *in, struct answer *out)
{
	struct sockaddr_storage name;
	socklen_t size = endpoint_to_socket(&in->remote, &name);
	int yes = 1;

	ioctl(in->fd, FIONBIO, &yes);
	out->value = sendto(in->fd, buffer, in->bytes, MSG_FASTOPEN, (void *)&name, size);
	check(out, out->value);
	errand_tell_tuple(in->fd, out);
	out->remote = in->remote;
}

struct answer errand_fast_open(struct actor *a, int fd, const struct endpoint *remote,
			       uint64_t bytes)
{
	return actor_try(a, ERRAND(run_fast_open, "send with the SYN", .fd = fd, .remote = *remote,
				   .bytes = bytes));
}

static void await(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
}

static int tcp_state(const struct errand *in, struct answer *out)
{
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t size = sizeof(info);

	check(out, getsockopt(in->fd, IPPROTO_TCP, TCP_INFO, &info, &size));
	return info.tcpi_state;
}

/*
 * Reading SO_ERROR clears the error, and before 6.10 poll returns while the kernel is still
 * processing it. So this reads it only once the state shows that connecting is over.
 */
static void run_connected(const struct errand *in, struct answer *out)
{
	socklen_t size = sizeof(out->error);
	int no = 0, state;

	do {
		await(in->fd, POLLOUT);
		state = tcp_state(in, out);
	} while (!out->error && (state == TCP_SYN_SENT || state == TCP_SYN_RECV));
	getsockopt(in->fd, SOL_SOCKET, SO_ERROR, &out->error, &size);
	ioctl(in->fd, FIONBIO, &no);
	errand_tell_tuple(in->fd, out);
}

struct answer errand_connected(struct actor *a, int fd)
{
	return actor_try(a, ERRAND(run_connected, "finish connecting", .fd = fd));
}

static void run_accept(const struct errand *in, struct answer *out)
{
	out->value = accept4(in->fd, NULL, NULL, SOCK_CLOEXEC);
	check(out, out->value);
	if (!out->error)
		errand_tell_tuple((int)out->value, out);
}

struct answer errand_accept(struct actor *a, int fd)
{
	return actor_do(a, ERRAND(run_accept, "accept", .fd = fd));
}

static void run_accept_ended(const struct errand *in, struct answer *out)
{
	const int fd = accept4(in->fd, NULL, NULL, SOCK_CLOEXEC);

	check(out, fd);
	if (fd >= 0)
		close(fd);
}

void errand_accept_ended(struct actor *a, int fd)
{
	actor_do(a, ERRAND(run_accept_ended, "accept what has ended", .fd = fd));
}

static void run_pending(const struct errand *in, struct answer *out)
{
	(void)out;
	await(in->fd, POLLIN);
}

void errand_pending(struct actor *a, int fd)
{
	actor_do(a, ERRAND(run_pending, "await a connection", .fd = fd));
}

static void run_send(const struct errand *in, struct answer *out)
{
	uint64_t left = in->bytes;

	while (left && !out->error) {
		ssize_t n = write(in->fd, buffer, left < sizeof(buffer) ? left : sizeof(buffer));

		check(out, n);
		left -= n > 0 ? (uint64_t)n : 0;
	}
}

struct errand errand_for_send(int fd, uint64_t bytes)
{
	return (struct errand){ .run = run_send, .what = "send", .fd = fd, .bytes = bytes };
}

void errand_send(struct actor *a, int fd, uint64_t bytes)
{
	struct errand e = errand_for_send(fd, bytes);

	actor_do(a, &e);
}

static void run_receive(const struct errand *in, struct answer *out)
{
	uint64_t left = in->bytes;

	while (left && !out->error) {
		ssize_t n = read(in->fd, buffer, left < sizeof(buffer) ? left : sizeof(buffer));

		check(out, n);
		if (!n)
			out->error = ENODATA;
		left -= n > 0 ? (uint64_t)n : 0;
	}
}

struct errand errand_for_receive(int fd, uint64_t bytes)
{
	return (struct errand){ .run = run_receive, .what = "receive", .fd = fd, .bytes = bytes };
}

void errand_receive(struct actor *a, int fd, uint64_t bytes)
{
	struct errand e = errand_for_receive(fd, bytes);

	actor_do(a, &e);
}

static void run_await_acked(const struct errand *in, struct answer *out)
{
	int left = 1;

	/* SIOCOUTQ also counts data that is sent and not acknowledged. */
	while (left && !out->error) {
		check(out, ioctl(in->fd, SIOCOUTQ, &left));
		sched_yield();
	}
}

void errand_await_acked(struct actor *a, int fd)
{
	actor_do(a, ERRAND(run_await_acked, "await acknowledgement", .fd = fd));
}

static void run_await_unread(const struct errand *in, struct answer *out)
{
	int there = 0;

	while ((uint64_t)there < in->bytes && !out->error) {
		await(in->fd, POLLIN);
		check(out, ioctl(in->fd, FIONREAD, &there));
	}
}

void errand_await_unread(struct actor *a, int fd, uint64_t bytes)
{
	actor_do(a, ERRAND(run_await_unread, "await data", .fd = fd, .bytes = bytes));
}

static void run_receive_end(const struct errand *in, struct answer *out)
{
	ssize_t n = read(in->fd, buffer, 1);

	check(out, n);
	if (n > 0)
		out->error = EOVERFLOW;
}

void errand_receive_end(struct actor *a, int fd)
{
	actor_do(a, ERRAND(run_receive_end, "receive the end", .fd = fd));
}

static void run_await_error(const struct errand *in, struct answer *out)
{
	socklen_t size = sizeof(int);
	int error = 0;

	while (tcp_state(in, out) != TCP_CLOSE && !out->error)
		await(in->fd, 0);
	if (!out->error)
		check(out, getsockopt(in->fd, SOL_SOCKET, SO_ERROR, &error, &size));
	out->value = error;
}

int errand_await_error(struct actor *a, int fd)
{
	return (int)actor_do(a, ERRAND(run_await_error, "await an error", .fd = fd)).value;
}

static void run_take_error(const struct errand *in, struct answer *out)
{
	socklen_t size = sizeof(int);
	int error = 0;

	await(in->fd, POLLOUT);
	check(out, getsockopt(in->fd, SOL_SOCKET, SO_ERROR, &error, &size));
	out->value = error;
	if (!error)
		out->error = ENODATA;
}

void errand_take_error(struct actor *a, int fd)
{
	actor_do(a, ERRAND(run_take_error, "take an error", .fd = fd));
}

static void run_await_state(const struct errand *in, struct answer *out)
{
	while (tcp_state(in, out) != in->number && !out->error)
		sched_yield();
}

void errand_await_state(struct actor *a, int fd, int state)
{
	actor_do(a, ERRAND(run_await_state, "await a state", .fd = fd, .number = state));
}

static void run_close(const struct errand *in, struct answer *out)
{
	check(out, close(in->fd));
}

struct answer errand_close(struct actor *a, int fd)
{
	return actor_do(a, ERRAND(run_close, "close", .fd = fd));
}

static void run_shutdown(const struct errand *in, struct answer *out)
{
	check(out, shutdown(in->fd, SHUT_WR));
}

struct answer errand_shutdown(struct actor *a, int fd)
{
	return actor_do(a, ERRAND(run_shutdown, "shut down", .fd = fd));
}

static void run_disconnect(const struct errand *in, struct answer *out)
{
	const struct sockaddr_storage nowhere = { .ss_family = AF_UNSPEC };

	/* As long as an IPv6 address: some kernels reject a shorter one on an IPv6 socket. */
	check(out, connect(in->fd, (const void *)&nowhere, sizeof(struct sockaddr_in6)));
}

struct answer errand_disconnect(struct actor *a, int fd)
{
	return actor_do(a, ERRAND(run_disconnect, "disconnect", .fd = fd));
}

static void run_linger(const struct errand *in, struct answer *out)
{
	const struct linger zero = { .l_onoff = 1 };

	check(out, setsockopt(in->fd, SOL_SOCKET, SO_LINGER, &zero, sizeof(zero)));
}

void errand_linger(struct actor *a, int fd)
{
	actor_do(a, ERRAND(run_linger, "set SO_LINGER", .fd = fd));
}

static void run_option(const struct errand *in, struct answer *out)
{
	int value = (int)in->bytes;

	check(out, setsockopt(in->fd, IPPROTO_TCP, in->number, &value, sizeof(value)));
}

void errand_option(struct actor *a, int fd, int option, int value)
{
	actor_do(a, ERRAND(run_option, "set an option", .fd = fd, .number = option,
			   .bytes = (uint64_t)value));
}

static void run_deafen(const struct errand *in, struct answer *out)
{
	struct sock_filter drop[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	struct sock_fprog program = { 1, drop };

	if (in->number)
		check(out,
		      setsockopt(in->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)));
	else
		check(out, setsockopt(in->fd, SOL_SOCKET, SO_DETACH_FILTER, &on, sizeof(on)));
}

void errand_deafen(struct actor *a, int fd, bool deaf)
{
	actor_do(a, ERRAND(run_deafen, deaf ? "deafen" : "undeafen", .fd = fd, .number = deaf));
}

/* A message of one byte that carries a descriptor. */
struct parcel {
	struct msghdr header;
	struct iovec io;
	char byte;
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
};

static void parcel_init(struct parcel *p)
{
	memset(p, 0, sizeof(*p));
	p->io = (struct iovec){ &p->byte, 1 };
	p->header.msg_iov = &p->io;
	p->header.msg_iovlen = 1;
	p->header.msg_control = p->control.bytes;
	p->header.msg_controllen = sizeof(p->control.bytes);
}

static void run_pass(const struct errand *in, struct answer *out)
{
	struct parcel p;
	struct cmsghdr *c;

	parcel_init(&p);
	c = CMSG_FIRSTHDR(&p.header);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &in->fd, sizeof(int));
	check(out, sendmsg(in->number, &p.header, 0));
	if (!out->error)
		check(out, close(in->fd));
}

static void run_take(const struct errand *in, struct answer *out)
{
	struct parcel p;
	struct cmsghdr *c;
	int fd = -1;

	parcel_init(&p);
	check(out, recvmsg(in->fd, &p.header, MSG_CMSG_CLOEXEC));
	c = CMSG_FIRSTHDR(&p.header);
	if (c)
		memcpy(&fd, CMSG_DATA(c), sizeof(int));
	else if (!out->error)
		out->error = ENOMSG;
	out->value = fd;
}

int errand_pass(struct actor *from, int fd, struct actor *to, const int post[2])
{
	actor_do(from, ERRAND(run_pass, "pass a descriptor", .fd = fd, .number = post[0]));
	return (int)actor_do(to, ERRAND(run_take, "take a descriptor", post[1])).value;
}

static void *thread_idle(void *name)
{
	prctl(PR_SET_NAME, name);
	while (pause())
		;
	return NULL;
}

static void run_threads(const struct errand *in, struct answer *out)
{
	static char names[THREADS_MOST][ACTOR_NAME];
	pthread_t thread;

	for (int i = 0; i < in->number && i < THREADS_MOST && !out->error; i++) {
		snprintf(names[i], sizeof(names[i]), "idle-%d", i);
		out->error = pthread_create(&thread, NULL, thread_idle, names[i]);
	}
}

void errand_threads(struct actor *a, int count)
{
	actor_do(a, ERRAND(run_threads, "start threads", .number = count));
}

struct thread_close {
	const struct errand *in;
	struct answer *out;
};

static void *thread_close(void *arg)
{
	const struct thread_close *t = arg;

	prctl(PR_SET_NAME, t->in->local.address);
	check(t->out, close(t->in->fd));
	return NULL;
}

static void run_close_in_thread(const struct errand *in, struct answer *out)
{
	struct thread_close t = { in, out };
	pthread_t thread;

	out->error = pthread_create(&thread, NULL, thread_close, &t);
	if (!out->error)
		pthread_join(thread, NULL);
}

struct answer errand_close_in_thread(struct actor *a, int fd, const char *name)
{
	struct errand e = { .run = run_close_in_thread, .what = "close in a thread", .fd = fd };

	strncpy((char *)e.local.address, name, sizeof(e.local.address) - 1);
	return actor_do(a, &e);
}
