// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "selftest_play.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define PATIENCE_S   10
#define BATCH	     50	       /* refused connections timed together */
#define MEASURING_NS 200000000 /* how long they are timed */

const struct play plays[PLAYS] = {
	{ "order", AF_INET, { 3001, 20011 }, PLAY_CLIENT, { ENDING_FIN_LOCAL, ENDING_FIN_REMOTE } },
	{ "order, IPv6",
	  AF_INET6,
	  { 701, 1301 },
	  PLAY_SERVER,
	  { ENDING_FIN_REMOTE, ENDING_FIN_LOCAL } },
	{ "reset", AF_INET, { 1009, 2003 }, PLAY_CLIENT, { ENDING_RST_LOCAL, ENDING_RST_REMOTE } },
	{ "refused", AF_INET, { 0, 0 }, PLAY_CLIENT, { ENDING_REFUSED, ENDING_UNKNOWN } },
};

/* Written by the players; shared. */
struct stage {
	uint16_t ports[PLAYS][PLAY_ENDS];
	int errors[PLAY_ENDS];
};

struct players {
	struct stage *stage;
	int sockets[PLAYS]; /* the server's; it listens unless the client is to be refused; -1: none
			     */
	int go;		    /* the players wait for its end */
	pid_t pids[PLAY_ENDS];
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t loopback_address(union address *address, int family, uint16_t port)
{
	memset(address, 0, sizeof(*address));
	address->any.sa_family = (sa_family_t)family;
	address->v4.sin_port = htons(port); /* at the same offset in both families */
	if (family == AF_INET6)
		address->v6.sin6_addr = in6addr_loopback;
	else
		address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
}

/* Opens a socket on any port of the loopback. Returns -1 with errno set on failure. */
static int socket_open(int family, uint16_t *port)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	union address address;
	socklen_t length = loopback_address(&address, family, 0);
	const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (bind(fd, &address.any, length) || getsockname(fd, &address.any, &length)) {
		const int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	*port = ntohs(address.v4.sin_port);
	return fd;
}

/* Acknowledges at once, so that no end closes before it is known what arrived. */
static void acknowledge(int fd)
{
	const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

static bool send_all(int fd, uint32_t count)
{
	static char bytes[32768]; /* not const, which would put the zeros into the binary */

	return send(fd, bytes, count, MSG_NOSIGNAL) == (ssize_t)count;
}

static bool receive_all(int fd, uint32_t count)
{
	char bytes[4096];

	acknowledge(fd);
	while (count) {
		const size_t most = count < sizeof(bytes) ? count : sizeof(bytes);
		const ssize_t got = recv(fd, bytes, most, 0);

		if (got <= 0)
			return false;
		count -= (uint32_t)got;
	}
	acknowledge(fd);
	return true;
}

/* Closes an end: the first one after a while, the other one when it learns of that. */
static void end_close(int fd, const struct play *play, enum play_end end)
{
	const struct timespec hold = { .tv_nsec = PLAY_HOLD_NS };
	const struct linger reset = { .l_onoff = 1 };
	char byte;

	if (play->first == end)
		nanosleep(&hold, NULL);
	else
		recv(fd, &byte, 1, 0);
	if (play->ending[end] == ENDING_RST_LOCAL)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
}

/* Returns 0 or an errno. */
static int client_play(const struct players *players, unsigned n)
{
	const struct play *play = &plays[n];
	uint16_t *ports = players->stage->ports[n];
	union address server;
	const socklen_t length = loopback_address(&server, play->family, ports[PLAY_SERVER]);
	const int fd = socket_open(play->family, &ports[PLAY_CLIENT]);
	int error;

	if (fd < 0)
		return errno;
	error = connect(fd, &server.any, length) ? errno : 0;
	if (play->ending[PLAY_CLIENT] == ENDING_REFUSED) {
		close(fd);
		return error == ECONNREFUSED ? 0 : error ? error : EISCONN;
	}
	errno = EIO;
	if (!error &&
	    (!send_all(fd, play->bytes[PLAY_CLIENT]) || !receive_all(fd, play->bytes[PLAY_SERVER])))
		error = errno;
	end_close(fd, play, PLAY_CLIENT);
	return error;
}

/* The same for the server. */
static int server_play(const struct players *players, unsigned n)
{
	const struct play *play = &plays[n];
	int fd, error = 0;

	if (play->ending[PLAY_SERVER] == ENDING_UNKNOWN)
		return 0;
	fd = accept4(players->sockets[n], NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return errno;
	errno = EIO;
	if (!receive_all(fd, play->bytes[PLAY_CLIENT]) || !send_all(fd, play->bytes[PLAY_SERVER]))
		error = errno;
	end_close(fd, play, PLAY_SERVER);
	return error;
}

/* A player's whole life. */
static _Noreturn void player_run(const struct players *players, enum play_end end, int go)
{
	int *error = &players->stage->errors[end];
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, players_comm(end));
	close(players->go);
	while (read(go, &byte, 1) < 0 && errno == EINTR)
		;
	for (unsigned n = 0; n < PLAYS && !*error; n++) {
		if (players_has(players, n))
			*error = end == PLAY_CLIENT ? client_play(players, n)
						    : server_play(players, n);
	}
	_exit(0);
}

static bool players_open(struct players *players)
{
	int go[2];

	players->stage = mmap(NULL, sizeof(*players->stage), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (players->stage == MAP_FAILED)
		return false;
	for (unsigned n = 0; n < PLAYS; n++) {
		const struct play *play = &plays[n];
		int *fd = &players->sockets[n];

		*fd = socket_open(play->family, &players->stage->ports[n][PLAY_SERVER]);
		if (*fd < 0 && play->family == AF_INET)
			return false;
		if (*fd >= 0 && play->ending[PLAY_SERVER] != ENDING_UNKNOWN && listen(*fd, 1))
			return false;
	}
	if (pipe(go))
		return false;
	players->go = go[1];
	for (enum play_end end = 0; end < PLAY_ENDS; end++) {
		players->pids[end] = fork();
		if (!players->pids[end])
			player_run(players, end, go[0]);
	}
	close(go[0]);
	return players->pids[PLAY_CLIENT] > 0 && players->pids[PLAY_SERVER] > 0;
}

struct players *players_new(void)
{
	struct players *players = malloc(sizeof(*players));
	int error;

	if (!players)
		return NULL;
	*players = (struct players){ .stage = MAP_FAILED, .go = -1 };
	memset(players->sockets, -1, sizeof(players->sockets));
	if (players_open(players))
		return players;
	error = errno;
	players_free(players);
	errno = error;
	return NULL;
}

void players_free(struct players *players)
{
	if (!players)
		return;
	for (enum play_end end = 0; end < PLAY_ENDS; end++) {
		if (players->pids[end] > 0) {
			kill(players->pids[end], SIGKILL);
			waitpid(players->pids[end], NULL, 0);
		}
	}
	if (players->go >= 0)
		close(players->go);
	for (unsigned n = 0; n < PLAYS; n++)
		if (players->sockets[n] >= 0)
			close(players->sockets[n]);
	if (players->stage != MAP_FAILED)
		munmap(players->stage, sizeof(*players->stage));
	free(players);
}

int players_play(struct players *players)
{
	close(players->go);
	players->go = -1;
	for (enum play_end end = 0; end < PLAY_ENDS; end++) {
		while (waitpid(players->pids[end], NULL, 0) < 0 && errno == EINTR)
			;
		players->pids[end] = 0;
	}
	return players->stage->errors[PLAY_CLIENT] ? players->stage->errors[PLAY_CLIENT]
						   : players->stage->errors[PLAY_SERVER];
}

pid_t players_pid(const struct players *players, enum play_end end)
{
	return players->pids[end];
}

const char *players_comm(enum play_end end)
{
	return end == PLAY_CLIENT ? "tcplife-client" : "tcplife-server";
}

bool players_has(const struct players *players, unsigned play)
{
	return players->sockets[play] >= 0;
}

uint16_t players_port(const struct players *players, unsigned play, enum play_end end)
{
	return players->stage->ports[play][end];
}

int64_t players_refused_ns(const struct players *players, void (*between)(void *arg), void *arg)
{
	const int64_t until = clock_now_ns() + MEASURING_NS;
	int64_t best = 0, took;
	union address server;
	const uint16_t port = players_port(players, PLAYS - 1, PLAY_SERVER);
	const socklen_t length = loopback_address(&server, AF_INET, port);

	do {
		const int64_t began = clock_now_ns();

		for (int i = 0; i < BATCH; i++) {
			const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);

			if (fd < 0 || !connect(fd, &server.any, length))
				return 0;
			close(fd);
		}
		took = (clock_now_ns() - began) / BATCH;
		if (!best || took < best)
			best = took;
		between(arg);
	} while (clock_now_ns() < until);
	return best;
}
