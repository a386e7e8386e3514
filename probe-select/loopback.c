// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "loopback.h"

#include <errno.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/helper.h"
#include "bpf/rehearsal.h"

#define NOBODYS_PORT 1 /* tcpmux, which is not in use */

/* Argument of open_network(). */
struct opening {
	struct loopback *loopback;
	int patience_ms;
	bool own; /* in a new network namespace */
};

/*
 * If the kernel has no random numbers yet (early after boot, before 3.17), any distinct numbers
 * will do, even with a coarse clock.
 */
static uint32_t random_u32(void)
{
	static uint32_t calls;
	uint32_t value = 0;
	uint64_t now;

	if (getrandom(&value, sizeof(value), GRND_NONBLOCK) == sizeof(value))
		return value;
	now = (uint64_t)clock_now_ns();
	value = (uint32_t)(now ^ now >> 32) ^ (uint32_t)getpid() << 20;
	value = (value + ++calls * 0x9e3779b9u) * 2654435761u;
	return value ^ value >> 15;
}

static struct sockaddr_in address_of(struct rehearsal_end end)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)end.port),
		.sin_addr.s_addr = htonl(end.address),
	};
}

static struct sockaddr_in random_server(uint16_t port)
{
	const struct rehearsal_end server = {
		.address = REHEARSAL_NET | (random_u32() & ~REHEARSAL_MASK),
		.port = port,
	};

	return address_of(server);
}

/* The nth client of a server. */
static struct sockaddr_in client_of(const struct sockaddr_in *server, unsigned n)
{
	const struct rehearsal_end end = { ntohl(server->sin_addr.s_addr),
					   ntohs(server->sin_port) };
	struct rehearsal_end client = rehearsal_client(end);

	client.address |= n;
	return address_of(client);
}

/* Converts the address for a socket of either family; returns its length. */
static socklen_t address_for(int family, const struct sockaddr_in *v4,
			     struct sockaddr_storage *storage)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;

	memset(storage, 0, sizeof(*storage));
	if (family == AF_INET) {
		memcpy(storage, v4, sizeof(*v4));
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = v4->sin_port;
	v6->sin6_addr.s6_addr[10] = v6->sin6_addr.s6_addr[11] = 0xff;
	memcpy(&v6->sin6_addr.s6_addr[12], &v4->sin_addr, 4);
	return sizeof(*v6);
}

/* Whether an address from the kernel is this one. */
static bool is_address(const struct sockaddr_storage *told, const struct sockaddr_in *v4)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)told;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)told;
	const void *address = told->ss_family == AF_INET
				      ? (const void *)&in->sin_addr
				      : (const void *)&in6->sin6_addr.s6_addr[12];

	/* The port is at the same offset in both families. */
	return in->sin_port == v4->sin_port && !memcmp(address, &v4->sin_addr, 4);
}

static uint64_t net_inode(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
}

/* Opens a socket with timeouts. Returns -1 with errno set on failure. */
static int tcp_socket(int family, int patience_ms)
{
	const struct timeval patience = { patience_ms / 1000, patience_ms % 1000 * 1000 };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return fd;
}

static bool bind_to(int fd, int family, const struct sockaddr_in *address)
{
	struct sockaddr_storage storage;
	const socklen_t length = address_for(family, address, &storage);

	return !bind(fd, (struct sockaddr *)&storage, length);
}

/* Opens a listening socket on any port of a random address. Returns it, or -errno. */
static int listener_open(int family, int patience_ms, struct sockaddr_in *address)
{
	struct sockaddr_storage told = {};
	socklen_t length = sizeof(told);
	const int off = 0;
	int fd = tcp_socket(family, patience_ms), error;

	if (fd < 0)
		return -errno;
	*address = random_server(0);
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind_to(fd, family, address) && !listen(fd, LOOPBACK_SESSIONS) &&
	    !getsockname(fd, (struct sockaddr *)&told, &length)) {
		/* The port is at the same offset in both families. */
		address->sin_port = ((const struct sockaddr_in *)&told)->sin_port;
		return fd;
	}
	error = -errno;
	close(fd);
	return error;
}

/* Opens the nth client of a server, bound to its address. Returns 0 or -errno. */
static int client_open(struct loopback_end *end, int family, int patience_ms,
		       const struct sockaddr_in *server, unsigned n)
{
	end->family = family;
	end->remote = *server;
	end->local = client_of(server, n);
	end->fd = tcp_socket(family, patience_ms);
	return end->fd < 0 || !bind_to(end->fd, family, &end->local) ? -errno : 0;
}

static int sockets_open(struct loopback *loopback, int patience_ms)
{
	struct sockaddr_in server = {}, server6 = {}, nobody = random_server(NOBODYS_PORT);
	int result = client_open(&loopback->refused, AF_INET, patience_ms, &nobody, 0);

	loopback->listener = listener_open(AF_INET, patience_ms, &server);
	loopback->listener6 = listener_open(AF_INET6, patience_ms, &server6);
	loopback->ipv6 = loopback->listener6 >= 0;
	if (loopback->listener < 0)
		return loopback->listener;
	for (unsigned i = 0; i < LOOPBACK_SESSIONS && !result; i++) {
		const bool mapped = i == LOOPBACK_MAPPED && loopback->ipv6;

		result = client_open(&loopback->sessions[i].client, mapped ? AF_INET6 : AF_INET,
				     patience_ms, mapped ? &server6 : &server, i);
	}
	return result;
}

/* Runs in the helper process or, for the host's network, in ours. Returns 0 or a positive errno. */
static int open_network(void *arg)
{
	const struct opening *opening = arg;
	struct loopback *loopback = opening->loopback;

	if (opening->own && unshare(CLONE_NEWNET))
		return errno;
	if (opening->own)
		loopback_up();
	loopback->own = opening->own;
	loopback->inode = net_inode();
	return -sockets_open(loopback, opening->patience_ms);
}

static void forget_all(struct loopback *loopback)
{
	memset(loopback, 0, sizeof(*loopback));
	loopback->listener = loopback->listener6 = -1;
	loopback->refused.fd = loopback->host.fd = -1;
	for (int i = 0; i < LOOPBACK_SESSIONS; i++)
		loopback->sessions[i].client.fd = loopback->sessions[i].server.fd = -1;
}

int loopback_open(struct loopback *loopback, int patience_ms)
{
	const struct sockaddr_in nobody = random_server(NOBODYS_PORT);
	struct opening opening = { loopback, patience_ms, true };
	int result;

	forget_all(loopback);
	/* If the helper process fails for any reason, the host's loopback may work. */
	if (helper_run(open_network, &opening)) {
		loopback_close(loopback);
		opening.own = false;
		result = -open_network(&opening);
		if (result)
			return result;
	}
	loopback->host_inode = net_inode();
	return client_open(&loopback->host, AF_INET, patience_ms, &nobody, 0);
}

void loopback_end_close(struct loopback_end *end)
{
	if (end->fd >= 0)
		close(end->fd);
	end->fd = -1;
}

void loopback_close(struct loopback *loopback)
{
	for (int i = 0; i < LOOPBACK_SESSIONS; i++) {
		loopback_end_close(&loopback->sessions[i].client);
		loopback_end_close(&loopback->sessions[i].server);
	}
	loopback_end_close(&loopback->refused);
	loopback_end_close(&loopback->host);
	if (loopback->listener >= 0)
		close(loopback->listener);
	if (loopback->listener6 >= 0)
		close(loopback->listener6);
	loopback->listener = loopback->listener6 = -1;
}

bool loopback_connect(const struct loopback_end *end)
{
	struct sockaddr_storage storage;
	const socklen_t length = address_for(end->family, &end->remote, &storage);

	return !connect(end->fd, (struct sockaddr *)&storage, length);
}

/* A session for a thread to connect, and the result. */
struct errand {
	struct loopback_session *session;
	int error; /* errno; 0: connected */
};

static void *thread_connect(void *arg)
{
	struct errand *errand = arg;
	struct loopback_session *session = errand->session;

	if (prctl(PR_SET_NAME, session->thread))
		session->thread[0] = 0;
	errand->error = loopback_connect(&session->client) ? 0 : errno;
	return NULL;
}

/* Connects a session in a thread with a random name. Returns 0, or an errno if there is no thread.
 */
static int connect_by_thread(struct errand *errand)
{
	sigset_t all, before;
	pthread_t thread;
	int error;

	/* The longest possible name: nothing of the previous one remains behind it. */
	snprintf(errand->session->thread, LOOPBACK_NAME, "%08x%07x", random_u32(),
		 random_u32() >> 4);
	/* Signals are for the main thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	error = pthread_create(&thread, NULL, thread_connect, errand);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error)
		pthread_join(thread, NULL);
	return error;
}

static bool session_connect(struct loopback_session *session, bool by_thread)
{
	struct errand errand = { .session = session };

	if (!by_thread || connect_by_thread(&errand)) {
		session->thread[0] = 0;
		return loopback_connect(&session->client);
	}
	errno = errand.error;
	return !errand.error;
}

/* Accepts the session's client. On the host's loopback, others might connect first. */
static bool session_accept(struct loopback_session *session, int listener)
{
	const struct loopback_end *client = &session->client;

	for (int i = 0; i < LOOPBACK_SESSIONS; i++) {
		struct sockaddr_storage peer = {};
		socklen_t length = sizeof(peer);
		int fd = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC);

		if (fd < 0)
			return false;
		if (is_address(&peer, &client->local)) {
			session->server = (struct loopback_end){ fd, client->remote, client->local,
								 client->family };
			return true;
		}
		close(fd);
	}
	errno = ECONNABORTED;
	return false;
}

/* Sends a random number of bytes, few enough to fit the buffers, and receives them. */
static bool transfer(const struct loopback_end *from, const struct loopback_end *to)
{
	static char
		bytes[32768]; /* arbitrary; not const, which would put the zeros into the binary */
	const int on = 1;
	ssize_t left = (ssize_t)(sizeof(bytes) / 2 + random_u32() % (sizeof(bytes) / 2)), got;

	setsockopt(to->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	if (send(from->fd, bytes, (size_t)left, MSG_NOSIGNAL) != left)
		return false;
	for (; left > 0; left -= got) {
		got = recv(to->fd, bytes, (size_t)left, 0);
		if (got <= 0)
			return false;
	}
	setsockopt(to->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	return true;
}

int loopback_play(struct loopback *loopback)
{
	errno = 0;
	for (int i = 0; i < LOOPBACK_SESSIONS; i++) {
		struct loopback_session *session = &loopback->sessions[i];
		const int listener = session->client.family == AF_INET6 ? loopback->listener6
									: loopback->listener;

		if (!session_connect(session, i >= 1 && i <= LOOPBACK_THREADS) ||
		    !session_accept(session, listener) ||
		    !transfer(&session->client, &session->server) ||
		    !transfer(&session->server, &session->client))
			return errno ? -errno : -EIO;
	}
	return 0;
}

bool loopback_info(const struct loopback_end *end, struct tcp_info *info)
{
	socklen_t length = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return !getsockopt(end->fd, IPPROTO_TCP, TCP_INFO, info, &length) &&
	       length >= offsetof(struct tcp_info, tcpi_bytes_received) +
				 sizeof(info->tcpi_bytes_received);
}
