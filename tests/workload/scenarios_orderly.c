// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Sessions that end with FINs. */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "errands.h"
#include "side.h"

#define UID_CLIENT 12345
#define CROWD	   8

struct cast {
	struct actor client, server;
	struct pair pair;
};

static void cast_open(struct cast *c, struct stage *stage, const char *client, const char *server)
{
	actor_start(&c->server, server, 0);
	actor_start(&c->client, client, UID_CLIENT);
	if (stage->hold) {
		printf("%d %d\n", c->client.pid, c->server.pid);
		fflush(stdout);
		if (getchar() == EOF)
			stage_fail("--hold: standard input ended");
	}
	pair_open(&c->pair, stage, &c->client, &c->server);
}

static void play_client_first(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "first-client", "first-server");
	pair_talk(&c.pair, 700, 3000);
	pair_close(&c.pair.client, &c.pair.server);
}

static void play_server_first(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "later-client", "later-server");
	pair_talk(&c.pair, 123456, 1);
	pair_close(&c.pair.server, &c.pair.client);
}

/* No bytes, and sizes around 1 KB; the sides take turns to close first. */
static void play_sizes(struct stage *stage)
{
	static const uint64_t sizes[] = { 0, 1, 1023, 1024, 1025 };
	struct cast c;

	cast_open(&c, stage, "size-client", "size-server");
	pair_close(&c.pair.client, &c.pair.server);
	for (unsigned i = 0; i < 5; i++) {
		for (unsigned j = 0; j < 5; j++) {
			pair_open(&c.pair, stage, &c.client, &c.server);
			pair_talk(&c.pair, sizes[i], sizes[j]);
			if ((i + j) % 2)
				pair_close(&c.pair.client, &c.pair.server);
			else
				pair_close(&c.pair.server, &c.pair.client);
			errand_close(&c.server, c.pair.listener);
		}
	}
}

/* Many at once: several pairs of processes with a few sessions each. */
static void play_crowd(struct stage *stage)
{
	pid_t members[CROWD];
	char client[ACTOR_NAME], server[ACTOR_NAME];
	bool ok = true;

	for (int i = 0; i < CROWD; i++) {
		int status = 0;
		struct cast c;

		members[i] = fork();
		if (members[i] < 0)
			stage_fail("fork failed");
		if (members[i])
			continue;
		(void)status;
		snprintf(client, sizeof(client), "crowd-client-%d", i);
		snprintf(server, sizeof(server), "crowd-server-%d", i);
		cast_open(&c, stage, client, server);
		pair_talk(&c.pair, 1000U * (unsigned)i, 50);
		for (int j = 0; j < 4; j++) {
			struct pair more;

			pair_open(&more, stage, &c.client, &c.server);
			pair_talk(&more, 10000, 20000);
			pair_close(&more.client, &more.server);
		}
		pair_close(&c.pair.client, &c.pair.server);
		exit(0);
	}
	for (int i = 0; i < CROWD; i++) {
		int status;

		waitpid(members[i], &status, 0);
		ok = ok && !status;
	}
	if (!ok)
		exit(1);
}

/* Names that are hard to represent in CSV, JSON or a table; at most 15 bytes. */
static void play_names(struct stage *stage)
{
	static const char *const names[][2] = {
		{ "a \"b\", c", " d, e\\f " },
		{ "\xff\xfe a\xc3", "\xc0\xaf\xed\xa0\x80z\xf5\xe2\x82" }, /* invalid UTF-8 */
		{ "\033[31m\033[2J", "\a\b\r\x7f\xc2\x9bmx" },
		{ "one\ntwo\n", "\tfour,\"\r\n\"" },
		{ "\\x41|=\\\\", "{\"pid\":0}" },
		{ "gr\u00fcne\u2192\u6f22\u5b57", "\U0001f40d\u202e\u200bx" },
		{ "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\xc3", "%s%n[234]\u6f22" },
		{ "", " " },
	};
	struct cast c;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cast_open(&c, stage, names[i][0], names[i][1]);
		pair_talk(&c.pair, 1, 1);
		pair_close(&c.pair.client, &c.pair.server);
	}
}

static void play_large(struct stage *stage)
{
	struct cast c;

	cast_open(&c, stage, "large-client", "large-server");
	pair_talk(&c.pair, 64 << 20, (16 << 20) + 1);
	pair_close(&c.pair.server, &c.pair.client);
}

const struct scenario scenarios_orderly[] = {
	{ "client-first", play_client_first, FAMILIES_ALL, .slow = false },
	{ "server-first", play_server_first, FAMILIES_ALL, .slow = false },
	{ "single", play_client_first, FAMILIES_V4, .slow = false },
	{ "sizes", play_sizes, FAMILIES_V4, .slow = false },
	{ "crowd", play_crowd, FAMILIES_TWO, .slow = false },
	{ "names", play_names, FAMILIES_V4, .slow = false },
	{ "large", play_large, FAMILIES_TWO, .slow = false },
	{ .name = NULL },
};
