// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Sessions that are open before tracing begins or after it ends. They wait for the tracer. */
#include "scenario.h"

#include <stdio.h>
#include <unistd.h>

#include "errands.h"
#include "side.h"

static void say(const char *word)
{
	puts(word);
	fflush(stdout);
}

/* Not with stdio, which would read bytes meant for other stages. */
static void await_tracer(const struct stage *stage)
{
	char byte;

	if (!stage->hold)
		return;
	say("standing");
	if (read(STDIN_FILENO, &byte, 1) != 1)
		stage_fail("--hold: standard input ended");
}

static void stand(struct pair *p, struct stage *stage, struct actor *client, struct actor *server)
{
	pair_open(p, stage, client, server);
	pair_talk(p, 4097, 12345);
}

static void grow_older(struct pair *p)
{
	side_older(&p->client);
	side_older(&p->server);
}

/* The client closes one session first, the server another, and one is reset. */
static void play_older(struct stage *stage)
{
	struct pair pairs[3];
	struct actor client, server;

	actor_start(&server, "old-server", 0);
	actor_start(&client, "old-client", 4321);
	for (int i = 0; i < 3; i++)
		stand(&pairs[i], stage, &client, &server);
	await_tracer(stage);
	for (int i = 0; i < 3; i++)
		grow_older(&pairs[i]);
	pair_talk(&pairs[0], 10, 20);
	pair_close(&pairs[0].client, &pairs[0].server);
	pair_close(&pairs[1].server, &pairs[1].client);
	errand_linger(&client, pairs[2].client.fd);
	side_ends_from_now(&pairs[2].server);
	side_close(&pairs[2].client);
	side_ended(&pairs[2].client, "rst-local", "0");
	side_ended(&pairs[2].server, "rst-remote", "104");
}

/* One session from before the tracer, one from after its start, and one half closed. */
static void play_open(struct stage *stage)
{
	struct pair pairs[3];
	struct actor client, server;

	actor_start(&server, "open-server", 0);
	actor_start(&client, "open-client", 4321);
	stand(&pairs[0], stage, &client, &server);
	await_tracer(stage);
	grow_older(&pairs[0]);
	stand(&pairs[1], stage, &client, &server);
	stand(&pairs[2], stage, &client, &server);
	errand_shutdown(&client, pairs[2].client.fd);
	errand_receive_end(&server, pairs[2].server.fd);
	errand_await_state(&client, pairs[2].client.fd, 5); /* FIN_WAIT2 */
	for (int i = 0; i < 3; i++) {
		side_stands(&pairs[i].client);
		side_stands(&pairs[i].server);
	}
	say("told");
	pause();
}

/* The client resets; the server keeps the dead socket. */
static void play_dead(struct stage *stage)
{
	struct actor client, server;
	struct pair p;

	actor_start(&server, "dead-server", 0);
	actor_start(&client, "dead-client", 0);
	await_tracer(stage);
	stand(&p, stage, &client, &server);
	errand_linger(&client, p.client.fd);
	side_ends_from_now(&p.server);
	side_close(&p.client);
	side_ended(&p.client, "rst-local", "0");
	side_unowned(&p.server, NULL);
	side_ended(&p.server, "rst-remote", "104");
	say("told");
	pause();
}

const struct scenario scenarios_standing[] = {
	{ "older", play_older, FAMILIES_ALL, .held = true },
	{ "open", play_open, FAMILIES_ALL, .held = true },
	{ "dead", play_dead, FAMILIES_ALL, .held = true },
	{ .name = NULL },
};
