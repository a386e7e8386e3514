// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Sessions between link-local addresses. */
#include "scenario.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "errands.h"
#include "link.h"
#include "side.h"

#define PORT 23456 /* on an address that only we use */

/* Two addresses that mean something only on their own ends of a wire. */
static void prepare(struct stage *stage, struct endpoint *at, struct endpoint *from)
{
	unsigned interface[2];
	int status;

	stage_own_network(stage);
	stage_sysctl("net/ipv6/conf/default/accept_dad", "0");
	status = link_pair(interface);
	if (status == -EOPNOTSUPP || status == -ENODEV) {
		/* Without the driver, one interface has both. */
		interface[0] = interface[1] = if_nametoindex("lo");
		status = 0;
	}
	if (!status)
		status = endpoint_new_link_local(from, interface[0]);
	if (!status)
		status = endpoint_new_link_local(at, interface[1]);
	if (status)
		stage_fail("no link-local addresses: %s", strerror(-status));
}

static void talk(struct stage *stage, bool any)
{
	struct endpoint at, from, listening;
	struct actor client, server;
	struct pair p;

	prepare(stage, &at, &from);
	actor_start(&server, "link-server", 0);
	actor_start(&client, "link-client", 0);
	listening = any ? (struct endpoint){ .ip = 6 } : at;
	p.listener = errand_listen(&server, &listening, 4);
	at.port = listening.port;
	/* To the client, the other end is on its own end of the wire. */
	at.scope = from.scope;
	if (side_connect(&p.client, stage, &client, errand_bind(&client, &from), &at))
		stage_fail("cannot connect");
	side_accept(&p.server, &server, p.listener, &p.client);
	pair_talk(&p, 300, 70);
	pair_close(&p.client, &p.server);
}

static void play_link_local(struct stage *stage)
{
	talk(stage, false);
}

/* The server's socket gets its interface by the connection. */
static void play_link_local_to_any(struct stage *stage)
{
	talk(stage, true);
}

/* Nobody listens there. */
static void play_link_local_refused(struct stage *stage)
{
	struct endpoint at, from;
	struct actor client;
	struct side side;

	prepare(stage, &at, &from);
	at.port = PORT;
	at.scope = from.scope;
	actor_start(&client, "link-refused", 0);
	if (side_connect(&side, stage, &client, errand_bind(&client, &from), &at) != ECONNREFUSED)
		stage_fail("was not refused");
	side.end_lo = side.begun_lo;
	side_ended(&side, "refused", "111");
}

const struct scenario scenarios_link[] = {
	{ "link-local", play_link_local, 1U << FAMILY_V6, .slow = false },
	{ "link-local-to-any", play_link_local_to_any, 1U << FAMILY_V6, .slow = false },
	{ "link-local-refused", play_link_local_refused, 1U << FAMILY_V6, .slow = false },
	{ .name = NULL },
};
