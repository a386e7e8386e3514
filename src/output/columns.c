/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "columns.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "session/cgroups.h"

#define CGROUP_LABEL_LONGEST 64
#define ARRAY_SIZE(a)	     (sizeof(a) / sizeof((a)[0]))

enum needs {
	NEEDS_TIME = 1,
	NEEDS_TIMESTAMP = 2,
	NEEDS_IP = 4, /* the default table has no room for it */
	NEEDS_END = 8,
	NEEDS_EXTENDED = 16,
};

static void put_time(struct text *t, struct columns *c, const struct session *s)
{
	const time_t second = (time_t)(s->ended_ns / 1000000000);

	if (second != c->clock_second) {
		struct text clock;
		struct tm tm;

		localtime_r(&second, &tm);
		text_init(&clock, c->clock, sizeof(c->clock));
		text_put_digits(&clock, (uint64_t)tm.tm_hour, 2);
		text_put_char(&clock, ':');
		text_put_digits(&clock, (uint64_t)tm.tm_min, 2);
		text_put_char(&clock, ':');
		text_put_digits(&clock, (uint64_t)tm.tm_sec, 2);
		c->clock_second = second;
	}
	text_put(t, c->clock, sizeof(c->clock));
}

static void put_timestamp(struct text *t, struct columns *c, const struct session *s)
{
	/* Not by the wall clock, which may be set meanwhile. */
	const int64_t end_ns = s->ended_ns - s->wall_offset_ns;
	uint64_t us;

	if (!c->first_seen) {
		c->first_seen = true;
		c->first_ns = end_ns;
	}
	/* Records of several CPUs come a little out of order. */
	us = end_ns > c->first_ns ? (uint64_t)(end_ns - c->first_ns) / 1000 : 0;
	text_put_number(t, us / 1000000);
	text_put_char(t, '.');
	text_put_digits(t, us % 1000000, 6);
}

static void put_pid(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	text_put_number(t, s->pid);
}

static void put_comm(struct text *t, struct columns *c, const struct session *s)
{
	text_put_name(t, s->comm, c->comm_columns);
}

static void put_ip(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	text_put_number(t, s->ip);
}

static void put_laddr(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	text_put_address(t, s->ip, s->laddr);
}

static void put_lport(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	text_put_number(t, s->lport);
}

static void put_raddr(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	text_put_address(t, s->ip, s->raddr);
}

static void put_rport(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	text_put_number(t, s->rport);
}

static void put_tx_kb(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	text_put_known(t, s->tx_bytes < 0 ? -1 : s->tx_bytes / 1024);
}

static void put_rx_kb(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	text_put_known(t, s->rx_bytes < 0 ? -1 : s->rx_bytes / 1024);
}

static void put_ms(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	if (!s->age_known)
		text_put_char(t, '>');
	text_put_ms(t, s->duration_ns, 2);
}

static void put_dir(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	text_put_word(t, direction_name(s->direction));
}

static void put_end(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	if (s->ending == ENDING_OPEN)
		text_put_string(t, "OPEN"); /* must strike the eye: it has not ended */
	else
		text_put_word(t, s->ending == ENDING_UNKNOWN ? NULL : ending_name(s->ending));
}

static bool end_alarms(const struct session *s)
{
	return ending_is_failure(s->ending);
}

static void put_conn_ms(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	if (s->connect_ns < 0)
		text_put_char(t, '-');
	else
		text_put_ms(t, s->connect_ns, 3);
}

static void put_rtt_ms(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	if (s->rtt_us < 0)
		text_put_char(t, '-');
	else
		text_put_ms(t, s->rtt_us * 1000, 3);
}

static void put_retrans(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	text_put_known(t, s->retrans);
}

static void put_uid(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	text_put_known(t, s->uid);
}

static void put_netns(struct text *t, struct columns *c, const struct session *s)
{
	(void)c;
	text_put_known(t, s->netns);
}

static void put_cgroup(struct text *t, struct columns *c, const struct session *s)
{
	char label[CGROUP_LABEL_LONGEST + 1];
	const char *part;
	size_t length;

	(void)c;
	if (!s->cgroup) {
		text_put_char(t, '-');
		return;
	}
	part = cgroup_label(s->cgroup, &length);
	snprintf(label, sizeof(label), "%.*s", (int)length, part);
	text_put_name(t, label, CGROUP_LABEL_LONGEST);
}

/* clang-format off */
static const struct column all[] = {
	/* name	     width  wide  needs */
	{"TIME",	 8,  8, NEEDS_TIME,	 .put = put_time},
	{"TIME(s)",	 9,  9, NEEDS_TIMESTAMP, .put = put_timestamp},
	{"PID",		 5,  5, 0,		 .put = put_pid},
	{"COMM",	10, 16, 0,		 .put = put_comm, .free_text = true},
	{"IP",		 0,  2, NEEDS_IP,	 .put = put_ip},
	{"LADDR",	15, 39, 0,		 .put = put_laddr, .address = true},
	{"LPORT",	 5,  5, 0,		 .put = put_lport},
	{"RADDR",	15, 39, 0,		 .put = put_raddr, .address = true},
	{"RPORT",	 5,  5, 0,		 .put = put_rport},
	{"TX_KB",	 5,  6, 0,		 .put = put_tx_kb, .right = true},
	{"RX_KB",	 5,  6, 0,		 .put = put_rx_kb, .right = true},
	{"MS",		 9,  9, 0,		 .put = put_ms},
	{"DIR",		 3,  3, NEEDS_EXTENDED,	 .put = put_dir},
	{"END",		11, 11, NEEDS_END,	 .put = put_end, .alarms = end_alarms},
	{"CONN_MS",	 8,  8, NEEDS_EXTENDED,	 .put = put_conn_ms, .right = true},
	{"RTT_MS",	 8,  8, NEEDS_EXTENDED,	 .put = put_rtt_ms, .right = true},
	{"RETRANS",	 7,  7, NEEDS_EXTENDED,	 .put = put_retrans, .right = true},
	{"UID",		 5,  5, NEEDS_EXTENDED,	 .put = put_uid},
	{"NETNS",	10, 10, NEEDS_EXTENDED,	 .put = put_netns},
	{"CGROUP",	 0,  0, NEEDS_EXTENDED,	 .put = put_cgroup, .free_text = true},
};
/* clang-format on */

_Static_assert(ARRAY_SIZE(all) <= COLUMNS_MAX, "COLUMNS_MAX is too small");

void columns_choose(struct columns *c, const struct options *o)
{
	const bool csv = o->format == FORMAT_CSV;
	const unsigned needs = (o->time ? NEEDS_TIME : 0) | (o->timestamp ? NEEDS_TIMESTAMP : 0) |
			       (o->wide || csv ? NEEDS_IP : 0) |
			       (o->extended || o->open ? NEEDS_END : 0) |
			       (o->extended ? NEEDS_EXTENDED : 0);

	*c = (struct columns){ .clock_second = -1 };
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		const struct column *column = &all[i];
		const size_t width = o->wide ? column->wide_width : column->width;

		if (column->needs && !(column->needs & needs))
			continue;
		if (column->put == put_comm)
			c->comm_columns = csv ? SIZE_MAX : width;
		c->list[c->count] = column;
		c->widths[c->count++] = width;
	}
}

void columns_fit(struct columns *c, size_t terminal)
{
	size_t columns = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct column *column = c->list[i];

		columns += (column->address ? column->wide_width : c->widths[i]) + (i > 0);
	}
	if (columns > terminal)
		return;
	for (size_t i = 0; i < c->count; i++)
		if (c->list[i]->address)
			c->widths[i] = c->list[i]->wide_width;
}
