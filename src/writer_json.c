/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* JSON Lines: one flat object a session; bytes and nanoseconds as integers, unknown as null. */
#include "writer_format.h"

#define PUT_LITERAL(t, literal) text_put(t, literal, sizeof(literal) - 1)
#define PUT_KEY(t, key)		PUT_LITERAL(t, ",\"" key "\":")

static void put_null(struct text *t)
{
	PUT_LITERAL(t, "null");
}

/* Below 0: unknown. */
static void put_known(struct text *t, int64_t n)
{
	if (n < 0)
		put_null(t);
	else
		text_put_number(t, (uint64_t)n);
}

static void put_quoted_time(struct text *t, bool known, int64_t ns)
{
	if (!known) {
		put_null(t);
		return;
	}
	text_put_char(t, '"');
	text_put_utc(t, ns);
	text_put_char(t, '"');
}

/* A word of our own, or NULL: unknown. */
static void put_word(struct text *t, const char *word)
{
	if (!word) {
		put_null(t);
		return;
	}
	text_put_char(t, '"');
	text_put_string(t, word);
	text_put_char(t, '"');
}

static void put_quoted_address(struct text *t, int ip, const uint8_t *address)
{
	text_put_char(t, '"');
	text_put_address(t, ip, address);
	text_put_char(t, '"');
}

static void put_ends(struct text *t, const struct session *s)
{
	PUT_KEY(t, "ip");
	text_put_number(t, s->ip);
	PUT_KEY(t, "laddr");
	put_quoted_address(t, s->ip, s->laddr);
	PUT_KEY(t, "lport");
	text_put_number(t, s->lport);
	PUT_KEY(t, "raddr");
	put_quoted_address(t, s->ip, s->raddr);
	PUT_KEY(t, "rport");
	text_put_number(t, s->rport);
}

static void put_ending(struct text *t, const struct session *s)
{
	PUT_KEY(t, "end");
	put_word(t, s->ending == ENDING_UNKNOWN ? NULL : ending_name(s->ending));
	PUT_KEY(t, "errno");
	put_known(t, s->error);
}

static void json_row(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	PUT_LITERAL(t, "{\"type\":\"session\"");
	PUT_KEY(t, "started");
	put_quoted_time(t, s->age_known, s->started_ns);
	PUT_KEY(t, "ended");
	put_quoted_time(t, s->ending != ENDING_OPEN, s->ended_ns);
	PUT_KEY(t, "pid");
	text_put_number(t, s->pid);
	PUT_KEY(t, "comm");
	text_put_json_name(t, s->comm);
	PUT_KEY(t, "uid");
	put_known(t, s->uid);
	put_ends(t, s);
	PUT_KEY(t, "tx_bytes");
	put_known(t, s->tx_bytes);
	PUT_KEY(t, "rx_bytes");
	put_known(t, s->rx_bytes);
	PUT_KEY(t, "duration_ns");
	put_known(t, s->duration_ns);
	PUT_KEY(t, "age_known");
	text_put_string(t, s->age_known ? "true" : "false");
	PUT_KEY(t, "connect_ns");
	put_known(t, s->connect_ns);
	PUT_KEY(t, "dir");
	put_word(t, direction_name(s->direction));
	put_ending(t, s);
	PUT_KEY(t, "rtt_us");
	put_known(t, s->rtt_us);
	PUT_KEY(t, "retrans");
	put_known(t, s->retrans);
	PUT_KEY(t, "owner");
	put_word(t, owner_name(s->owner));
	PUT_KEY(t, "netns");
	put_known(t, s->netns);
	PUT_KEY(t, "cgroup_id");
	if (s->cgroup_id)
		text_put_number(t, s->cgroup_id);
	else
		put_null(t);
	PUT_LITERAL(t, "}\n");
}

const struct writer_format writer_json = {.row = json_row};
