// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How sessions begin, or fail to begin. */
#include "scenario.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errands.h"
#include "side.h"
#include "unreachable.h"
#include "uring.h"

#define REFUSED	    "111"
#define TIMED_OUT   "110"
#define UNREACHABLE "113" /* EHOSTUNREACH */
#define RESET	    "104"
#define WAIT_NS	    30000000
#define NO_PORT	    "99"  /* EADDRNOTAVAIL */
#define PORT	    23456 /* on an address that only we use */

/* Returns an address that does not answer: a socket listens there and drops all packets. */
static struct endpoint silence(struct stage *stage, struct actor *server, int *listener)
{
	struct endpoint at = stage_address(stage, true);

	actor_start(server, "silent-server", 0);
	*listener = errand_listen(server, &at, 4);
	errand_deafen(server, *listener, true);
	return at;
}

static void play_refused(struct stage *stage)
{
	struct endpoint at = stage_address(stage, true), from = stage_address(stage, false);
	struct actor client;
	struct side side;
	int fd;

	at.port = PORT;
	at.mapped = from.mapped;
	actor_start(&client, "refused-client", 0);
	fd = errand_bind(&client, &from);
	if (side_connect(&side, stage, &client, fd, &at) != ECONNREFUSED)
		stage_fail("was not refused");
	side.end_lo = side.begun_lo;
	side_ended(&side, "refused", REFUSED);
}

/*
 * Our own firewall rejects the SYN. Its ICMP error arrives while connect(2) holds the socket, so
 * the kernel only notes it. The application gets it by poll(2) and SO_ERROR, and closes.
 */
static void rejected(struct stage *stage, const char *with, const char *end, const char *error)
{
	struct endpoint at = stage_address(stage, true), from = stage_address(stage, false);
	struct actor client;
	struct side side;
	char command[256];

	stage_own_network(stage);
	at.port = PORT;
	at.mapped = from.mapped;
	snprintf(command, sizeof(command),
		 "command -v nft >/dev/null || exit 3; nft add table inet f &&"
		 "nft add chain inet f in '{ type filter hook input priority 0; }' &&"
		 "nft add rule inet f in tcp dport %d reject %s",
		 PORT, with);
	switch (system(command)) { /* NOLINT(cert-env33-c): a command of our own */
	case 0:
		break;
	case 3 << 8:
		stage_skip("no nft");
	default:
		stage_fail("nft fails");
	}
	actor_start(&client, "rejected-client", 0);
	if (side_connect_begin(&side, stage, &client, errand_bind(&client, &from), &at) !=
	    EINPROGRESS)
		stage_fail("there was an answer");
	side_ends_from_now(&side);
	errand_take_error(&client, side.fd);
	side_close(&side);
	side_ended(&side, end, error);
}

static void play_rejected(struct stage *stage)
{
	rejected(stage, "", "refused", REFUSED);
}

static void play_rejected_host(struct stage *stage)
{
	rejected(stage, "with icmpx type host-unreachable", "unreachable", UNREACHABLE);
}

static void fail_to_connect(struct stage *stage, struct actor *client, int fd,
			    const struct endpoint *at)
{
	struct side side;

	if (side_connect(&side, stage, client, fd, at) != EADDRNOTAVAIL)
		stage_fail("found a port");
	side.end_lo = side.begun_lo;
	side_ended_at_once(&side, "no-port", NO_PORT);
}

/* More connections from one address to a server than there are ports. */
static void play_no_port(struct stage *stage)
{
	struct endpoint at, from;
	struct actor client, server;
	struct pair p;

	stage_own_network(stage);
	at = stage_address(stage, true);
	from = stage_address(stage, false);
	if (stage_sysctl("net/ipv4/ip_local_port_range", "50000 50000"))
		stage_skip("the range of ports stands fast");
	actor_start(&server, "crowded-server", 0);
	actor_start(&client, "crowded-client", 0);
	at.port = PORT;
	p.listener = errand_listen(&server, &at, 4);
	at.mapped = from.mapped;
	if (side_connect(&p.client, stage, &client, errand_bind(&client, &from), &at))
		stage_fail("cannot connect");
	side_accept(&p.server, &server, p.listener, &p.client);
	for (int i = 0; i < 3; i++)
		fail_to_connect(stage, &client, errand_bind(&client, &from), &at);
	/* The chosen port is in use for another connection to the same server. */
	from.port = p.client.local.port;
	fail_to_connect(stage, &client, errand_bind(&client, &from), &at);
	pair_close(&p.client, &p.server);
}

static void play_connect_timeout(struct stage *stage)
{
	struct actor client, server;
	struct endpoint from, at;
	struct side side;
	int fd, listener;

	at = silence(stage, &server, &listener);
	from = stage_address(stage, false);
	actor_start(&client, "syn-client", 0);
	fd = errand_bind(&client, &from);
	errand_option(&client, fd, TCP_SYNCNT, 1);
	if (side_connect_begin(&side, stage, &client, fd, &at) != EINPROGRESS)
		stage_fail("there was an answer");
	side_ends_from_now(&side);
	if (side_connect_finish(&side) != ETIMEDOUT)
		stage_fail("did not time out");
	side_ended(&side, "timeout", TIMED_OUT);
}

static void play_cancelled(struct stage *stage)
{
	struct actor client, server;
	struct endpoint from, at;
	struct side side;
	int fd, listener;

	at = silence(stage, &server, &listener);
	from = stage_address(stage, false);
	actor_start(&client, "cancel-client", 0);
	fd = errand_bind(&client, &from);
	if (side_connect_begin(&side, stage, &client, fd, &at) != EINPROGRESS)
		stage_fail("there was an answer");
	side_close(&side);
	side_ended(&side, "cancelled", "0");
}

/* A router reports that the server is unreachable. */
static void play_unreachable(struct stage *stage)
{
	struct actor client, server;
	struct endpoint from, at;
	struct side side;
	int fd, listener, sniffer, error;

	at = silence(stage, &server, &listener);
	from = stage_address(stage, false);
	actor_start(&client, "lost-client", 0);
	fd = errand_bind(&client, &from);
	sniffer = unreachable_prepare(&at);
	if (side_connect_begin(&side, stage, &client, fd, &at) != EINPROGRESS)
		stage_fail("there was an answer");
	side_ends_from_now(&side);
	unreachable_tell(sniffer, &side.local, &side.remote);
	error = side_connect_finish(&side);
	if (error != EHOSTUNREACH)
		stage_fail("connect: %s", strerror(error));
	side_ended(&side, "unreachable", UNREACHABLE);
}

/* The client chooses its port. */
static void play_bound_port(struct stage *stage)
{
	struct endpoint at = stage_address(stage, true), from = stage_address(stage, false);
	struct actor client, server;
	struct pair p;

	actor_start(&server, "bound-server", 0);
	actor_start(&client, "bound-client", 0);
	p.listener = errand_listen(&server, &at, 4);
	from.port = PORT;
	if (side_connect(&p.client, stage, &client, errand_bind(&client, &from), &at))
		stage_fail("cannot connect");
	side_accept(&p.server, &server, p.listener, &p.client);
	pair_talk(&p, 10, 20);
	pair_close(&p.client, &p.server);
}

/* The server accepts a connection long after its kernel has established it. */
static void play_accept_wait(struct stage *stage)
{
	struct endpoint at = stage_address(stage, true), from = stage_address(stage, false);
	struct actor client, server;
	struct pair p;
	int64_t made;

	actor_start(&server, "slow-server", 0);
	actor_start(&client, "eager-client", 0);
	p.listener = errand_listen(&server, &at, 4);
	at.mapped = from.mapped;
	if (side_connect(&p.client, stage, &client, errand_bind(&client, &from), &at))
		stage_fail("cannot connect");
	errand_send(&client, p.client.fd, 10);
	errand_await_acked(&client, p.client.fd);
	made = clock_now();
	while (clock_now() < made + WAIT_NS)
		sched_yield();
	side_accept(&p.server, &server, p.listener, &p.client);
	p.server.begun_hi = p.server.made_hi = made;
	errand_receive(&server, p.server.fd, 10);
	p.client.sent = p.server.received = 10;
	pair_close(&p.client, &p.server);
}

static void reset_by_client(struct pair *p)
{
	if (errand_await_error(p->server.actor, p->server.fd) != ECONNRESET)
		stage_fail("was not reset");
	p->server.end_lo = p->client.end_lo;
	side_ended(&p->client, "rst-local", "0");
	side_ended(&p->server, "rst-remote", RESET);
	errand_close(p->server.actor, p->server.fd);
}

/* The same addresses and ports are used several times. */
static void play_reused_tuple(struct stage *stage)
{
	struct endpoint at = stage_address(stage, true), from = stage_address(stage, false);
	struct actor client, server;
	struct pair p;

	actor_start(&server, "reuse-server", 0);
	actor_start(&client, "reuse-client", 0);
	p.listener = errand_listen(&server, &at, 4);
	from.port = PORT;
	for (unsigned i = 1; i < 5; i++) {
		if (side_connect(&p.client, stage, &client, errand_bind(&client, &from), &at))
			stage_fail("cannot connect");
		side_accept(&p.server, &server, p.listener, &p.client);
		pair_talk(&p, 100U * i, 1000U * i);
		errand_linger(&client, p.client.fd);
		side_close(&p.client);
		reset_by_client(&p);
	}
}

/* The same socket is used again after connect(2) with AF_UNSPEC, which resets. */
static void play_reconnected(struct stage *stage)
{
	struct endpoint at = stage_address(stage, true), from = stage_address(stage, false);
	struct actor client, server;
	struct pair p;
	int fd;

	actor_start(&server, "again-server", 0);
	actor_start(&client, "again-client", 0);
	p.listener = errand_listen(&server, &at, 4);
	fd = errand_bind(&client, &from);
	for (unsigned i = 1; i < 4; i++) {
		if (side_connect(&p.client, stage, &client, fd, &at))
			stage_fail("cannot connect");
		side_accept(&p.server, &server, p.listener, &p.client);
		pair_talk(&p, 100U * i, 1000U * i);
		if (i == 3)
			break;
		side_ends_from_now(&p.client);
		errand_disconnect(&client, fd);
		reset_by_client(&p);
	}
	pair_close(&p.client, &p.server);
}

/* A socket connected to itself: one session with both ends. */
static void play_self(struct stage *stage)
{
	struct endpoint at = stage_address(stage, false);
	struct actor actor;
	struct side side;
	int fd;

	actor_start(&actor, "self", 0);
	at.port = PORT;
	fd = errand_bind(&actor, &at);
	if (side_connect(&side, stage, &actor, fd, &at))
		stage_fail("cannot connect");
	side_move(&side, &side, 1234);
	side_close(&side);
	side_ended(&side, "fin-both|fin-local", "0");
}

/* Two sockets connect to each other: neither listens, and both are outbound. */
static void play_simultaneous(struct stage *stage)
{
	struct actor first, second;
	struct endpoint here, there;
	struct side one, other;
	int fd, listener;

	there = silence(stage, &second, &listener);
	here = stage_address(stage, false);
	here.port = PORT;
	actor_start(&first, "simul-first", 0);
	errand_rename(&second, "simul-second");
	strcpy(second.name, "simul-second");
	fd = errand_bind(&first, &here);
	if (side_connect_begin(&one, stage, &first, fd, &there) != EINPROGRESS)
		stage_fail("there was an answer");
	/* From now on nothing listens; the first SYN was dropped. */
	errand_close(&second, listener);
	fd = errand_bind(&second, &there);
	if (side_connect(&other, stage, &second, fd, &here) || side_connect_finish(&one))
		stage_fail("cannot connect");
	side_move(&one, &other, 100);
	side_move(&other, &one, 200);
	pair_close(&one, &other);
}

/*
 * TCP Fast Open: the server gets data with the SYN, answers and closes before it knows whether the
 * client receives anything. So its session is never ESTABLISHED.
 */
static void play_fast_open(struct stage *stage)
{
	struct actor client, server;
	struct endpoint at, from;
	struct answer answer;
	struct pair p;
	int fd, status;

	stage_own_network(stage);
	/* For clients and servers, without cookies, on every listening socket. */
	status = stage_sysctl("net/ipv4/tcp_fastopen", "1543");
	if (status)
		stage_skip("no TCP Fast Open: %s", strerror(-status));
	at = stage_address(stage, true);
	from = stage_address(stage, false);
	actor_start(&server, "fast-server", 0);
	actor_start(&client, "fast-client", 0);
	p.listener = errand_listen(&server, &at, 4);
	fd = errand_bind(&client, &from);
	errand_deafen(&client, fd, true);
	answer = errand_fast_open(&client, fd, &at, 100);
	side_connected(&p.client, stage, &client, fd, &at, &answer);
	if (answer.value != 100)
		stage_fail("sent no data with the SYN: %s", strerror(answer.error));
	side_accept(&p.server, &server, p.listener, &p.client);
	errand_receive(&server, p.server.fd, 100);
	errand_send(&server, p.server.fd, 50);
	p.client.sent = p.server.received = 100;
	p.server.sent = p.client.received = 50;
	p.server.made_lo = clock_now();
	side_close(&p.server);
	p.server.made_hi = clock_now();
	errand_deafen(&client, fd, false);
	if (side_connect_finish(&p.client))
		stage_fail("cannot connect");
	errand_receive(&client, fd, 50);
	errand_receive_end(&client, fd);
	side_close(&p.client);
	side_ended(&p.server, "fin-local", "0");
	side_ended(&p.client, "fin-remote", "0");
}

static void check_uring(const struct actor *a, const struct answer *answer)
{
	if (answer->error == ENOSYS || answer->error == EPERM || answer->error == EINVAL)
		stage_skip("%s: %s", a->doing, strerror(answer->error));
	actor_check(a, answer);
}

/* A kernel thread may do the work; the name is still the process's. */
static void by_uring(struct stage *stage, bool worker)
{
	struct endpoint at = stage_address(stage, true), from = stage_address(stage, false);
	struct actor client, server;
	struct answer answer;
	struct pair p;
	int fd;

	actor_start(&server, "ring-server", 0);
	actor_start(&client, "ring-client", 0);
	p.listener = errand_listen(&server, &at, 4);
	/* Kernels that support this, the newest of the three operations, support all. */
	answer = uring_close(&client, errand_bind(&client, &from), worker);
	check_uring(&client, &answer);
	fd = errand_bind(&client, &from);
	answer = uring_connect(&client, fd, &at, worker);
	check_uring(&client, &answer);
	side_connected(&p.client, stage, &client, fd, &at, &answer);
	answer = uring_accept(&server, p.listener, worker);
	check_uring(&server, &answer);
	side_accepted(&p.server, &server, &answer, &p.client);
	pair_talk(&p, 100, 200);
	side_ends_from_now(&p.server);
	side_owned(&p.server, &server, "close");
	answer = uring_close(&server, p.server.fd, worker);
	check_uring(&server, &answer);
	errand_receive_end(&client, p.client.fd);
	side_close(&p.client);
	side_ended(&p.server, "fin-local", "0");
	side_ended(&p.client, "fin-remote", "0");
}

static void play_uring(struct stage *stage)
{
	by_uring(stage, false);
}

static void play_uring_worker(struct stage *stage)
{
	by_uring(stage, true);
}

const struct scenario scenarios_connect[] = {
	{ "refused", play_refused, FAMILIES_MAIN, .slow = false },
	{ "rejected", play_rejected, FAMILIES_V4 | 1U << FAMILY_MAPPED, .slow = false },
	{ "rejected-host", play_rejected_host, FAMILIES_V4, .slow = false },
	{ "no-port", play_no_port, FAMILIES_TWO, .slow = false },
	{ "connect-timeout", play_connect_timeout, FAMILIES_TWO, .slow = true },
	{ "cancelled", play_cancelled, FAMILIES_TWO, .slow = false },
	{ "unreachable", play_unreachable, FAMILIES_TWO, .slow = false },
	{ "bound-port", play_bound_port, FAMILIES_TWO, .slow = false },
	{ "accept-wait", play_accept_wait, FAMILIES_MAIN, .slow = false },
	{ "reused-tuple", play_reused_tuple, FAMILIES_TWO, .slow = false },
	{ "reconnected", play_reconnected, FAMILIES_TWO, .slow = false },
	{ "self", play_self, FAMILIES_TWO, .slow = false },
	{ "simultaneous", play_simultaneous, FAMILIES_TWO, .slow = true },
	{ "fast-open", play_fast_open, FAMILIES_TWO, .slow = true },
	{ "uring", play_uring, FAMILIES_TWO, .slow = false },
	{ "uring-worker", play_uring_worker, FAMILIES_TWO, .slow = false },
	{ .name = NULL },
};
