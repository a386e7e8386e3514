/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* JSON Lines: one flat object a session; bytes and nanoseconds as integers, unknown as null. */
#include "base/json.h"
#include "writer_format.h"

static void put_ends(struct text *t, const struct session *s)
{
	JSON_KEY(t, "ip");
	text_put_number(t, s->ip);
	JSON_KEY(t, "laddr");
	json_put_address(t, s->ip, s->laddr);
	JSON_KEY(t, "lport");
	text_put_number(t, s->lport);
	JSON_KEY(t, "raddr");
	json_put_address(t, s->ip, s->raddr);
	JSON_KEY(t, "rport");
	text_put_number(t, s->rport);
}

static void put_ending(struct text *t, const struct session *s)
{
	JSON_KEY(t, "end");
	json_put_word(t, s->ending == ENDING_UNKNOWN ? NULL : ending_name(s->ending));
	JSON_KEY(t, "errno");
	json_put_known(t, s->error);
}

static void json_row(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	JSON_LITERAL(t, "{\"type\":\"session\"");
	JSON_KEY(t, "started");
	json_put_time(t, s->age_known, s->started_ns);
	JSON_KEY(t, "ended");
	json_put_time(t, s->ending != ENDING_OPEN, s->ended_ns);
	JSON_KEY(t, "pid");
	text_put_number(t, s->pid);
	JSON_KEY(t, "comm");
	text_put_json_name(t, s->comm);
	JSON_KEY(t, "uid");
	json_put_known(t, s->uid);
	put_ends(t, s);
	JSON_KEY(t, "tx_bytes");
	json_put_known(t, s->tx_bytes);
	JSON_KEY(t, "rx_bytes");
	json_put_known(t, s->rx_bytes);
	JSON_KEY(t, "duration_ns");
	json_put_known(t, s->duration_ns);
	JSON_KEY(t, "age_known");
	text_put_string(t, s->age_known ? "true" : "false");
	JSON_KEY(t, "connect_ns");
	json_put_known(t, s->connect_ns);
	JSON_KEY(t, "dir");
	json_put_word(t, direction_name(s->direction));
	put_ending(t, s);
	JSON_KEY(t, "rtt_us");
	json_put_known(t, s->rtt_us);
	JSON_KEY(t, "retrans");
	json_put_known(t, s->retrans);
	JSON_KEY(t, "owner");
	json_put_word(t, owner_name(s->owner));
	JSON_KEY(t, "netns");
	json_put_known(t, s->netns);
	JSON_KEY(t, "cgroup_id");
	if (s->cgroup_id)
		text_put_number(t, s->cgroup_id);
	else
		json_put_null(t);
	JSON_KEY(t, "cgroup");
	if (s->cgroup)
		text_put_json_name(t, s->cgroup);
	else
		json_put_null(t);
	JSON_LITERAL(t, "}\n");
}

const struct writer_format writer_json = { .row = json_row };
