// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The owner of a session when several processes use it. */
#include "scenario.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#include "errands.h"
#include "side.h"

struct cast {
	struct actor client, server;
	struct pair pair;
};

static void cast_open(struct cast *c, struct stage *stage, const char *client, const char *server)
{
	actor_start(&c->server, server, 0);
	actor_start(&c->client, client, 0);
	pair_open(&c->pair, stage, &c->client, &c->server);
}

/* Opens a second connection to the same server, accepted by `worker`. */
static void join(struct pair *p, struct stage *stage, const struct pair *like, struct actor *worker)
{
	struct endpoint from = stage_address(stage, false);
	int fd = errand_bind(like->client.actor, &from);

	if (side_connect(&p->client, stage, like->client.actor, fd, &like->client.remote))
		stage_fail("cannot connect");
	side_accept(&p->server, worker, like->listener, &p->client);
}

/* Two processes accept from one listening socket. */
static void play_prefork(struct stage *stage)
{
	struct actor worker;
	struct pair second;
	struct cast c;

	cast_open(&c, stage, "fork-client", "fork-parent");
	actor_fork(&c.server, &worker, "fork-worker");
	errand_close(&worker, c.pair.server.fd);
	join(&second, stage, &c.pair, &worker);
	pair_talk(&c.pair, 1, 2);
	pair_talk(&second, 3, 4);
	pair_close(&second.server, &second.client);
	pair_close(&c.pair.client, &c.pair.server);
}

/* As in inetd: the parent accepts, the child serves and closes. */
static void play_fork(struct stage *stage)
{
	struct actor child;
	struct cast c;

	cast_open(&c, stage, "inet-client", "inet-parent");
	actor_fork(&c.server, &child, "inet-child");
	errand_close(&c.server, c.pair.server.fd);
	c.pair.server.actor = &child;
	pair_talk(&c.pair, 100, 200);
	pair_close(&c.pair.server, &c.pair.client);
}

static void play_passed(struct stage *stage)
{
	struct actor other;
	struct cast c;
	int post[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, post))
		stage_fail("socketpair: %s", strerror(errno));
	cast_open(&c, stage, "pass-client", "pass-acceptor");
	actor_start(&other, "pass-closer", 0);
	c.pair.server.fd = errand_pass(&c.server, c.pair.server.fd, &other, post);
	c.pair.server.actor = &other;
	pair_talk(&c.pair, 100, 200);
	pair_close(&c.pair.client, &c.pair.server);
}

/* Both pid and name are those of the process, whichever thread acts. */
static void play_thread(struct stage *stage)
{
	struct cast c;
	struct side *server = &c.pair.server;

	cast_open(&c, stage, "thread-client", "thread-main");
	pair_talk(&c.pair, 5, 6);
	side_ends_from_now(server);
	side_owned(server, &c.server, "close");
	errand_close_in_thread(&c.server, server->fd, "thread-second");
	errand_receive_end(&c.client, c.pair.client.fd);
	side_close(&c.pair.client);
	side_ended(server, "fin-local", "0");
	side_ended(&c.pair.client, "fin-remote", "0");
}

/* When a process is killed, its last thread closes. */
static void play_killed_threads(struct stage *stage)
{
	struct cast c;

	for (int i = 0; i < 4; i++) {
		cast_open(&c, stage, "threads-client", "threads-main");
		errand_threads(&c.server, 8);
		side_ends_from_now(&c.pair.server);
		side_owned(&c.pair.server, &c.server, "close");
		actor_kill(&c.server);
		errand_receive_end(&c.client, c.pair.client.fd);
		side_close(&c.pair.client);
		side_ended(&c.pair.server, "fin-local", "0");
		side_ended(&c.pair.client, "fin-remote", "0");
	}
}

/* The connecting process has its name at connect(2), the closing one its name at close(2). */
static void play_renamed(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "name-at-connect", "name-at-accept");
	errand_rename(&c.client, "client-later");
	errand_rename(&c.server, "name-at-close");
	strcpy(c.server.name, "name-at-close");
	pair_close(&c.pair.client, &c.pair.server);
}

static void play_network_namespace(struct stage *stage)
{
	struct cast c;

	stage_own_network(stage);
	cast_open(&c, stage, "netns-client", "netns-server");
	pair_talk(&c.pair, 5, 6);
	pair_close(&c.pair.client, &c.pair.server);
}

/* fork(2) returns pids of our own namespace, and a tracer in it must report the same. */
static void play_pid_namespace(struct stage *stage)
{
	struct cast c;

	if (unshare(CLONE_NEWPID))
		stage_skip("no PID namespaces: %s", strerror(errno));
	cast_open(&c, stage, "pidns-client", "pidns-server");
	pair_talk(&c.pair, 5, 6);
	pair_close(&c.pair.client, &c.pair.server);
}

const struct scenario scenarios_owner[] = {
	{ "prefork", play_prefork, FAMILIES_TWO, .slow = false },
	{ "fork", play_fork, FAMILIES_TWO, .slow = false },
	{ "passed", play_passed, FAMILIES_TWO, .slow = false },
	{ "thread", play_thread, FAMILIES_TWO, .slow = false },
	{ "killed-threads", play_killed_threads, FAMILIES_TWO, .slow = false },
	{ "renamed", play_renamed, FAMILIES_TWO, .slow = false },
	{ "network-namespace", play_network_namespace, FAMILIES_TWO, .slow = false },
	{ "pid-namespace", play_pid_namespace, FAMILIES_TWO, .slow = false },
	{ .name = NULL },
};
