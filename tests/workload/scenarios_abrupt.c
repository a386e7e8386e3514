// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Sessions that end by a reset, a kill or a timeout, or half closed. */
#include "scenario.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "errands.h"
#include "repair.h"
#include "side.h"

#define RESET	   "104" /* ECONNRESET etc., which are the same on all architectures */
#define PIPE	   "32"
#define TIMED_OUT  "110"
#define ABORTED	   "103"
#define TIMEOUT_MS 500
#define LATE	   12

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

static void expect(const struct side *s, const char *error)
{
	int found = errand_await_error(s->actor, s->fd);

	if (found != atoi(error))
		stage_fail("%s has errno %d and not %s", s->actor->name, found, error);
}

/* `breaker` closed with a reset; `victim` has not closed. */
static void both_reset(struct side *breaker, struct side *victim, const char *error)
{
	expect(victim, error);
	victim->end_lo = breaker->end_lo;
	side_ended(breaker, "rst-local", "0");
	side_ended(victim, "rst-remote", error);
	errand_close(victim->actor, victim->fd);
}

static void play_reset_by_client(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "reset-client", "reset-server");
	pair_talk(&c.pair, 100, 2000);
	errand_linger(&c.client, c.pair.client.fd);
	side_close(&c.pair.client);
	both_reset(&c.pair.client, &c.pair.server, RESET);
}

static void play_reset_by_server(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "reset2-client", "reset2-server");
	pair_talk(&c.pair, 100, 2000);
	errand_linger(&c.server, c.pair.server.fd);
	side_close(&c.pair.server);
	both_reset(&c.pair.server, &c.pair.client, RESET);
}

static void play_unread_by_client(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "unread-client", "unread-server");
	pair_talk(&c.pair, 100, 0);
	side_move_unread(&c.pair.server, &c.pair.client, 3333);
	side_close(&c.pair.client);
	both_reset(&c.pair.client, &c.pair.server, RESET);
}

static void play_unread_by_server(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "unread2-client", "unread2-server");
	pair_talk(&c.pair, 0, 100);
	side_move_unread(&c.pair.client, &c.pair.server, 4444);
	side_close(&c.pair.server);
	both_reset(&c.pair.server, &c.pair.client, RESET);
}

static void play_killed_client(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "killed-client", "survivor");
	pair_talk(&c.pair, 10, 20);
	side_ends_from_now(&c.pair.client);
	actor_kill(&c.client);
	errand_receive_end(&c.server, c.pair.server.fd);
	side_close(&c.pair.server);
	side_ended(&c.pair.client, "fin-local", "0");
	side_ended(&c.pair.server, "fin-remote", "0");
}

/*
 * Killed with unread data, so the kernel resets. The killed process is the owner, since dying
 * closes.
 */
static void play_killed_server(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "survivor", "killed-server");
	side_move_unread(&c.pair.client, &c.pair.server, 10);
	side_ends_from_now(&c.pair.server);
	side_owned(&c.pair.server, &c.server, "close");
	actor_kill(&c.server);
	both_reset(&c.pair.server, &c.pair.client, RESET);
}

static void play_exit(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "exit-client", "exit-server");
	pair_talk(&c.pair, 10, 20);
	side_ends_from_now(&c.pair.server);
	side_owned(&c.pair.server, &c.server, "close");
	actor_exit(&c.server);
	errand_receive_end(&c.client, c.pair.client.fd);
	side_close(&c.pair.client);
	side_ended(&c.pair.server, "fin-local", "0");
	side_ended(&c.pair.client, "fin-remote", "0");
}

/* `first` shuts down its writing side and goes on reading. */
static void half_close(struct side *first, struct side *second)
{
	side_shutdown(first);
	errand_receive_end(second->actor, second->fd);
	errand_await_state(first->actor, first->fd, TCP_FIN_WAIT2);
}

static void half_close_in_order(struct side *first, struct side *second)
{
	half_close(first, second);
	side_move(second, first, 5000);
	side_close(second);
	errand_receive_end(first->actor, first->fd);
	first->end_lo = second->end_lo;
	errand_close(first->actor, first->fd);
	side_ended(first, "fin-local", "0");
	side_ended(second, "fin-remote", "0");
}

static void play_half_close_by_client(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "half-client", "half-server");
	pair_talk(&c.pair, 1000, 0);
	half_close_in_order(&c.pair.client, &c.pair.server);
}

static void play_half_close_by_server(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "half2-client", "half2-server");
	pair_talk(&c.pair, 0, 1000);
	half_close_in_order(&c.pair.server, &c.pair.client);
}

static void play_half_close_reset(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "halfr-client", "halfr-server");
	pair_talk(&c.pair, 1000, 1000);
	half_close(&c.pair.client, &c.pair.server);
	errand_linger(&c.server, c.pair.server.fd);
	side_close(&c.pair.server);
	both_reset(&c.pair.server, &c.pair.client, RESET);
}

/* The side that half-closed gives up; the other, which has its FIN, gets EPIPE. */
static void play_half_close_unread(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "halfu-client", "halfu-server");
	pair_talk(&c.pair, 1000, 1000);
	half_close(&c.pair.client, &c.pair.server);
	side_move_unread(&c.pair.server, &c.pair.client, 500);
	side_close(&c.pair.client);
	both_reset(&c.pair.client, &c.pair.server, PIPE);
}

/* The side that half-closed closes, which ends its session without a packet. */
static void play_half_close_left(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "left-client", "left-server");
	pair_talk(&c.pair, 1000, 1000);
	half_close(&c.pair.client, &c.pair.server);
	side_close(&c.pair.client);
	side_ended(&c.pair.client, "fin-local", "0");
	side_close(&c.pair.server);
	side_ended(&c.pair.server, "fin-remote", "0");
}

/* With negative TCP_LINGER2, close(2) does not wait for the peer's FIN and resets. */
static void play_linger2_half_closed(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "hasty-client", "hasty-server");
	pair_talk(&c.pair, 1000, 1000);
	half_close(&c.pair.client, &c.pair.server);
	errand_option(&c.client, c.pair.client.fd, TCP_LINGER2, -1);
	side_close(&c.pair.client);
	both_reset(&c.pair.client, &c.pair.server, PIPE);
}

static void play_linger2_closed(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "hasty2-client", "hasty2-server");
	pair_talk(&c.pair, 1000, 1000);
	errand_option(&c.server, c.pair.server.fd, TCP_LINGER2, -1);
	side_close(&c.pair.server);
	both_reset(&c.pair.server, &c.pair.client, PIPE);
}

/* As when a container is migrated: this side has two sessions, its peer one. */
static void move(struct side *moved, struct side *peer)
{
	const struct answer answer = repair_restore(moved->actor, moved->fd);
	struct side before = *moved;

	if (answer.error) {
		pair_close(moved, peer);
		stage_skip("no TCP_REPAIR: %s", strerror(answer.error));
	}
	before.end_lo = answer.before_ns;
	if (!before.outbound)
		side_owned(&before, moved->actor, "close");
	side_ended_at_once(&before, "checkpoint", "0");
	side_owned(moved, moved->actor, "close");
	moved->restored = true;
	moved->outbound = false;
	moved->fd = (int)answer.value;
	moved->sent = moved->received = 0;
	moved->begun_lo = moved->made_lo = answer.before_ns;
	moved->begun_hi = moved->made_hi = answer.after_ns;
}

static void repair(struct stage *stage, bool client)
{
	struct cast c;
	struct side *moved = client ? &c.pair.client : &c.pair.server;
	struct side *peer = client ? &c.pair.server : &c.pair.client;

	stage_own_network(stage);
	stage_sysctl("net/ipv4/tcp_timestamps", "0");
	stage_sysctl("net/ipv4/tcp_window_scaling", "0");
	stage_sysctl("net/ipv4/tcp_sack", "0");
	cast_open(&c, stage, "moved-client", "moved-server");
	pair_talk(&c.pair, 1000, 500);
	move(moved, peer);
	pair_talk(&c.pair, 300, 70);
	pair_close(moved, peer);
}

static void play_repair_client(struct stage *stage)
{
	repair(stage, true);
}

static void play_repair_server(struct stage *stage)
{
	repair(stage, false);
}

/* Data arrives after close(2), so the kernel of the side that closed resets. */
static void play_reset_after_close(struct stage *stage)
{
	struct cast c;
	struct side *client = &c.pair.client, *server = &c.pair.server;

	cast_open(&c, stage, "late-client", "late-server");
	pair_talk(&c.pair, 10, 10);
	errand_deafen(&c.server, server->fd, true);
	side_close(client); /* the server drops its FIN */
	side_ends_from_now(client);
	server->end_lo = client->end_lo;
	errand_send(&c.server, server->fd, 77); /* not acknowledged, so it does not count */
	side_ended(client, "rst-closed", RESET);
	errand_deafen(&c.server, server->fd, false);
	expect(server, RESET); /* the answer to the retransmission */
	side_ended(server, "rst-remote", RESET);
}

/* Neither side receives the other's FIN before sending its own. */
static void play_close_at_once(struct stage *stage)
{
	struct cast c;
	struct side *client = &c.pair.client, *server = &c.pair.server;

	cast_open(&c, stage, "once-client", "once-server");
	pair_talk(&c.pair, 12, 34);
	errand_deafen(&c.client, client->fd, true);
	errand_deafen(&c.server, server->fd, true);
	side_shutdown(client);
	side_shutdown(server);
	errand_deafen(&c.client, client->fd, false);
	errand_deafen(&c.server, server->fd, false);
	/*
	 * The side that retransmits its FIN first gets an acknowledgment before it sees the other's
	 * FIN.
	 */
	side_ended(client, "fin-both|fin-local", "0");
	side_ended(server, "fin-both|fin-local", "0");
}

static void play_timeout(struct stage *stage)
{
	struct cast c;
	struct side *client = &c.pair.client, *server = &c.pair.server;

	cast_open(&c, stage, "timeout-client", "timeout-server");
	pair_talk(&c.pair, 10, 20);
	errand_option(&c.client, client->fd, TCP_USER_TIMEOUT, TIMEOUT_MS);
	errand_deafen(&c.server, server->fd, true);
	side_ends_from_now(client);
	errand_send(&c.client, client->fd, 1000); /* not acknowledged, so it does not count */
	expect(client, TIMED_OUT);
	side_ended(client, "timeout", TIMED_OUT);
	errand_linger(&c.server, server->fd);
	side_close(server);
	side_ended(server, "rst-local", "0");
}

static void play_never_accepted(struct stage *stage)
{
	struct endpoint at = stage_address(stage, true), from = stage_address(stage, false);
	struct actor client, server;
	struct side here, there;
	int listener;

	actor_start(&server, "never-server", 0);
	actor_start(&client, "never-client", 0);
	listener = errand_listen(&server, &at, 4);
	at.mapped = from.mapped;
	if (side_connect(&here, stage, &client, errand_bind(&client, &from), &at))
		stage_fail("cannot connect");
	errand_pending(&server, listener);
	side_pending(&there, &server, &here);
	errand_send(&client, here.fd, 10);
	errand_await_acked(&client, here.fd);
	here.sent = there.received = 10;
	there.fd = listener;
	side_close(&there);
	both_reset(&there, &here, RESET);
}

/*
 * Connects and resets as soon as the server's kernel has the session, which then waits to be
 * accepted.
 */
static void reset_in_queue(struct stage *stage, struct actor *client, struct actor *server,
			   const struct endpoint *at)
{
	const struct endpoint from = stage_address(stage, false);
	struct side here, there;

	if (side_connect(&here, stage, client, errand_bind(client, &from), at))
		stage_fail("cannot connect");
	errand_send(client, here.fd, 10);
	errand_await_acked(client, here.fd);
	side_pending(&there, server, &here);
	side_unowned(&there, server);
	here.sent = there.received = 10;
	errand_linger(client, here.fd);
	side_close(&here);
	there.end_lo = here.end_lo;
	side_ended(&here, "rst-local", "0");
	side_ended(&there, "rst-remote", RESET);
}

/*
 * Sessions that ended in the queue are still accepted. The kernel soon reuses their memory for
 * other sessions, and must not attribute those to the process that accepted the first ones.
 */
static void play_accepted_late(struct stage *stage)
{
	struct endpoint at = stage_address(stage, true), from = stage_address(stage, false);
	struct actor client, late, heir;
	struct pair next;
	int listener;

	actor_start(&late, "late-acceptor", 0);
	actor_start(&heir, "heir", 0);
	actor_start(&client, "hasty-client", 0);
	listener = errand_listen(&late, &at, LATE);
	at.mapped = from.mapped;
	for (int i = 0; i < LATE; i++)
		reset_in_queue(stage, &client, &late, &at);
	for (int i = 0; i < LATE; i++)
		errand_accept_ended(&late, listener);
	for (int i = 0; i < LATE; i++) {
		pair_open(&next, stage, &client, &heir);
		errand_linger(&client, next.client.fd);
		side_close(&next.client);
		both_reset(&next.client, &next.server, RESET);
		errand_close(&heir, next.listener);
	}
}

static void destroy(struct side *side, struct side *other)
{
	int status;

	side_ends_from_now(side);
	status = diag_destroy(&side->local, &side->remote);
	if (status) {
		pair_close(side, other);
		stage_skip("no SOCK_DESTROY: %s", strerror(-status));
	}
	expect(side, ABORTED);
	expect(other, RESET);
	other->end_lo = side->end_lo;
	side_ended(side, "aborted", ABORTED);
	side_ended(other, "rst-remote", RESET);
}

static void play_destroyed_client(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "abort-client", "abort-server");
	pair_talk(&c.pair, 1, 2);
	destroy(&c.pair.client, &c.pair.server);
}

static void play_destroyed_server(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "abort2-client", "abort2-server");
	pair_talk(&c.pair, 1, 2);
	destroy(&c.pair.server, &c.pair.client);
}

const struct scenario scenarios_abrupt[] = {
	{ "reset-by-client", play_reset_by_client, FAMILIES_MAIN, .slow = false },
	{ "reset-by-server", play_reset_by_server, FAMILIES_MAIN, .slow = false },
	{ "unread-by-client", play_unread_by_client, FAMILIES_TWO, .slow = false },
	{ "unread-by-server", play_unread_by_server, FAMILIES_TWO, .slow = false },
	{ "killed-client", play_killed_client, FAMILIES_TWO, .slow = false },
	{ "killed-server", play_killed_server, FAMILIES_TWO, .slow = false },
	{ "exit", play_exit, FAMILIES_TWO, .slow = false },
	{ "half-close-by-client", play_half_close_by_client, FAMILIES_MAIN, .slow = false },
	{ "half-close-by-server", play_half_close_by_server, FAMILIES_MAIN, .slow = false },
	{ "half-close-reset", play_half_close_reset, FAMILIES_TWO, .slow = false },
	{ "half-close-unread", play_half_close_unread, FAMILIES_TWO, .slow = false },
	{ "half-close-left", play_half_close_left, FAMILIES_TWO, .slow = false },
	{ "linger2-half-closed", play_linger2_half_closed, FAMILIES_TWO, .slow = false },
	{ "linger2-closed", play_linger2_closed, FAMILIES_TWO, .slow = false },
	{ "repair-client", play_repair_client, FAMILIES_TWO, .slow = false },
	{ "repair-server", play_repair_server, FAMILIES_TWO, .slow = false },
	{ "reset-after-close", play_reset_after_close, FAMILIES_TWO, .slow = true },
	{ "close-at-once", play_close_at_once, FAMILIES_TWO, .slow = true },
	{ "timeout", play_timeout, FAMILIES_TWO, .slow = true },
	{ "never-accepted", play_never_accepted, FAMILIES_MAIN, .slow = false },
	{ "accepted-late", play_accepted_late, FAMILIES_TWO, .slow = false },
	{ "destroyed-client", play_destroyed_client, FAMILIES_TWO, .slow = false },
	{ "destroyed-server", play_destroyed_server, FAMILIES_TWO, .slow = false },
	{ .name = NULL },
};
