// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"

/* NOLINTBEGIN(bugprone-macro-parentheses): names and literals take none */
#define MEMBER(member) \
	.bytes = sizeof(((struct session *)0)->member), .offset = offsetof(struct session, member)
/* A field of JSON, and a key of --by if it groups. */
#define KEY(name) .key = name, .json = ",\"" name "\":", .json_length = sizeof(",\"" name "\":") - 1
/* A key of --by only. */
#define GROUP_KEY(name) .key = name, .json = ",\"" name "\":", .groups = true
#define COLUMN(name, at, columns, most, ...)                                            \
	{                                                                               \
		.title = name, .place = at, .width = columns, .wide = most, __VA_ARGS__ \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

#define KNOWN_BYTES (KNOWS(FIELD_BYTES_ACKED) | KNOWS(FIELD_BYTES_RECEIVED))
#define EVERY	    "every session"

static bool is_age_known(const struct session *s)
{
	return s->age_known;
}

/* A process may have an empty name, which says no more than none. */
static bool is_comm_known(const struct session *s)
{
	return *s->comm;
}

static bool is_ended(const struct session *s)
{
	return s->ending != ENDING_OPEN;
}

static bool ending_alarms(const struct session *s)
{
	return ending_is_failure(s->ending);
}

static const char *direction_word(unsigned n)
{
	return direction_name((enum direction)n);
}

static const char *ending_word(unsigned n)
{
	return n == ENDING_UNKNOWN ? NULL : ending_name((enum ending)n);
}

/* An open session must stand out among those that ended. */
static const char *ending_cell(unsigned n)
{
	return n == ENDING_OPEN ? "OPEN" : ending_word(n);
}

static const char *state_word(unsigned n)
{
	return state_name((enum tcp_state)n);
}

static const char *owner_word(unsigned n)
{
	return owner_name((enum owner)n);
}

/* clang-format off */
const struct field fields[] = {
	{ GROUP_KEY("port"), .type = VALUE_NUMBER, MEMBER(port) },
	{ .type = VALUE_CLOCK, MEMBER(ended_ns), .column = COLUMN("TIME", 1, 8, 8, .set = COLUMN_TIME) },
	{ .type = VALUE_SECONDS, MEMBER(ended_ns),
	  .column = COLUMN("TIME(s)", 2, 9, 9, .set = COLUMN_TIMESTAMP) },
	{ KEY("host"), .type = VALUE_STRING, MEMBER(host), .groups = true, .asks = ASKS_HOST },
	{ KEY("boot_id"), .type = VALUE_STRING, MEMBER(boot_id), .asks = ASKS_HOST },
	{ KEY("id"), .type = VALUE_HASH, MEMBER(id), .asks = ASKS_HOST },
	{ KEY("started"), .type = VALUE_TIME, MEMBER(started_ns), .known = is_age_known },
	{ KEY("ended"), .type = VALUE_TIME, MEMBER(ended_ns), .known = is_ended },
	{ KEY("pid"), .type = VALUE_ID, MEMBER(pid), .groups = true,
	  .column = COLUMN("PID", 3, 5, 5) },
	{ KEY("comm"), .type = VALUE_NAME, MEMBER(comm), .groups = true, .known = is_comm_known,
	  .column = COLUMN("COMM", 4, 10, 16) },
	{ KEY("uid"), .type = VALUE_NUMBER, MEMBER(uid), .groups = true, .asks = ASKS_UID,
	  .column = COLUMN("UID", 21, 5, 5, .set = COLUMN_EXTENDED, .spare = 8) },
	{ KEY("ip"), .type = VALUE_NUMBER, MEMBER(ip), .groups = true,
	  .column = COLUMN("IP", 5, 0, 2, .set = COLUMN_IP) },
	{ KEY("laddr"), .type = VALUE_ADDRESS, MEMBER(laddr), .groups = true, .needed = true,
	  .column = COLUMN("LADDR", 6, 15, 39) },
	{ KEY("lport"), .type = VALUE_NUMBER, MEMBER(lport), .groups = true, .needed = true,
	  .column = COLUMN("LPORT", 7, 5, 5) },
	{ KEY("raddr"), .type = VALUE_ADDRESS, MEMBER(raddr), .groups = true, .needed = true,
	  .column = COLUMN("RADDR", 8, 15, 39) },
	{ KEY("rport"), .type = VALUE_NUMBER, MEMBER(rport), .groups = true, .needed = true,
	  .column = COLUMN("RPORT", 9, 5, 5) },
	{ KEY("tx_bytes"), .type = VALUE_BYTES, MEMBER(tx_bytes),
	  .column = COLUMN("TX_KB", 10, 5, 6, .right = true),
	  .lacks = { { KNOWN_BYTES, EVERY } } },
	{ KEY("rx_bytes"), .type = VALUE_BYTES, MEMBER(rx_bytes),
	  .column = COLUMN("RX_KB", 11, 5, 6, .right = true),
	  .lacks = { { KNOWN_BYTES, EVERY },
		     { KNOWS(FIELD_SK_FLAGS), "sessions that this end closed first" } } },
	{ KEY("duration_ns"), .type = VALUE_NS, MEMBER(duration_ns), .needed = true,
	  .column = COLUMN("MS", 14, 9, 9, .decimals = 2, .at_least = true) },
	{ KEY("age_known"), .type = VALUE_BOOL, MEMBER(age_known) },
	{ KEY("connect_ns"), .type = VALUE_NS, MEMBER(connect_ns),
	  .column = COLUMN("CONN_MS", 17, 8, 8, .set = COLUMN_EXTENDED, .spare = 5, .decimals = 3, .right = true) },
	{ KEY("accept_wait_ns"), .type = VALUE_NS, MEMBER(accept_wait_ns),
	  .column = COLUMN("WAIT_MS", 18, 8, 8, .set = COLUMN_EXTENDED, .spare = 7, .decimals = 3, .right = true),
	  .lacks = { { KNOWS(KNOWN_ACCEPT), "incoming sessions" } } },
	{ KEY("dir"), .type = VALUE_WORD, MEMBER(direction), .word = direction_word, .words = DIRECTION_IN + 1, .groups = true,
	  .column = COLUMN("DIR", 15, 3, 3, .set = COLUMN_EXTENDED, .spare = 2) },
	{ KEY("ending"), .type = VALUE_WORD, MEMBER(ending), .word = ending_word, .words = ENDINGS, .groups = true,
	  .column = COLUMN("END", 16, 11, 11, .set = COLUMN_EXTENDED | COLUMN_ENDING, .spare = 1, .word = ending_cell, .alarms = ending_alarms),
	  .lacks = { { KNOWS(FIELD_SK_ERR), "sessions that did not end in order" } } },
	{ KEY("errno"), .type = VALUE_NUMBER, MEMBER(error), .groups = true,
	  .lacks = { { KNOWS(FIELD_SK_ERR), EVERY } } },
	{ KEY("rtt_us"), .type = VALUE_US, MEMBER(rtt_us),
	  .column = COLUMN("RTT_MS", 19, 8, 8, .set = COLUMN_EXTENDED, .spare = 4, .decimals = 3, .right = true),
	  .lacks = { { KNOWS(FIELD_SRTT), EVERY } } },
	{ KEY("retrans"), .type = VALUE_NUMBER, MEMBER(retrans),
	  .column = COLUMN("RETRANS", 20, 7, 7, .set = COLUMN_EXTENDED, .spare = 6, .right = true),
	  .lacks = { { KNOWS(FIELD_TOTAL_RETRANS), EVERY } } },
	{ KEY("owner"), .type = VALUE_WORD, MEMBER(owner), .word = owner_word, .words = OWNER_PROC + 1, .groups = true,
	  .lacks = { { KNOWS(KNOWN_CLOSER), "incoming sessions that no local process closed" } } },
	{ KEY("netns"), .type = VALUE_NUMBER, MEMBER(netns), .groups = true, .asks = ASKS_NETNS,
	  .column = COLUMN("NETNS", 23, 10, 10, .set = COLUMN_EXTENDED, .spare = 9),
	  .lacks = { { KNOWS(FIELD_NETNS_INUM), EVERY } } },
	{ KEY("scope_id"), .type = VALUE_NUMBER, MEMBER(scope_id),
	  .column = COLUMN("SCOPE", 24, 5, 5, .set = COLUMN_EXTENDED, .spare = 10),
	  .lacks = { { KNOWS(FIELD_BOUND_IF), "sessions with link-local addresses" } } },
	{ KEY("cgroup_id"), .type = VALUE_ID, MEMBER(cgroup_id), .asks = ASKS_CGROUP },
	{ KEY("cgroup"), .type = VALUE_PATH, MEMBER(cgroup), .groups = true, .asks = ASKS_CGROUP,
	  .column = COLUMN("CGROUP", 25, 0, 0, .set = COLUMN_EXTENDED, .spare = 3),
	  .lacks = { { KNOWS(KNOWN_CGROUP), EVERY } } },
	{ GROUP_KEY("container"), .type = VALUE_PATH, MEMBER(container_id), .asks = ASKS_CGROUP },
	{ KEY("container_id"), .type = VALUE_PATH, MEMBER(container_id), .asks = ASKS_CGROUP,
	  .lacks = { { KNOWS(KNOWN_CGROUP), EVERY } } },
	{ KEY("pod_uid"), .type = VALUE_PATH, MEMBER(pod_uid), .groups = true, .asks = ASKS_CGROUP,
	  .lacks = { { KNOWS(KNOWN_CGROUP), EVERY } } },
	{ KEY("time"), .type = VALUE_TIME, MEMBER(ended_ns), .live = true },
	{ KEY("state"), .type = VALUE_WORD, MEMBER(state), .word = state_word, .words = STATE_CLOSING + 1, .live = true },
	{ KEY("tx_delta_bytes"), .type = VALUE_BYTES, MEMBER(tx_delta), .live = true,
	  .column = COLUMN("+TX_KB", 12, 6, 6, .set = COLUMN_DELTA, .right = true) },
	{ KEY("rx_delta_bytes"), .type = VALUE_BYTES, MEMBER(rx_delta), .live = true,
	  .column = COLUMN("+RX_KB", 13, 6, 6, .set = COLUMN_DELTA, .right = true) },
	{ KEY("ppid"), .type = VALUE_NUMBER, MEMBER(ppid), .groups = true, .asks = ASKS_PPID, .extra = EXTRA_PPID,
	  .column = COLUMN("PPID", 22, 5, 5),
	  .lacks = { { KNOWS(KNOWN_PARENT), EVERY } } },
	{ KEY("community_id"), .type = VALUE_COMMUNITY, MEMBER(lport), .extra = EXTRA_COMMUNITY },
};
/* clang-format on */

const size_t fields_count = sizeof(fields) / sizeof(*fields);

_Static_assert(sizeof(fields) / sizeof(*fields) <= FIELDS_MOST, "FIELDS_MOST is too small");

/* Returns the nth field that groups, or NULL after the last. */
static const struct field *group_find(unsigned n)
{
	for (size_t i = 0; i < fields_count; i++)
		if (fields[i].groups && !n--)
			return &fields[i];
	return NULL;
}

const struct field *field_group(unsigned n)
{
	return group_find(n);
}

const char *field_group_name(unsigned n)
{
	const struct field *f = group_find(n);

	return f ? f->key : NULL;
}

int64_t field_number(const struct field *f, const struct session *s)
{
	const void *at = field_at(f, s);

	switch (f->bytes) {
	case 8:
		return *(const int64_t *)at;
	case 4:
		return *(const int32_t *)at;
	case 2:
		return *(const uint16_t *)at;
	default:
		return *(const uint8_t *)at;
	}
}

const char *field_word(const struct field *f, const struct session *s)
{
	return f->word((unsigned)field_number(f, s));
}

const struct field *field_by_key(const char *key)
{
	for (size_t i = 0; i < fields_count; i++)
		if (fields[i].key && strcmp(fields[i].key, key) == 0)
			return &fields[i];
	return NULL;
}

bool field_is_known(const struct field *f, const struct session *s)
{
	return !f->known || f->known(s);
}

/* How many bytes of the member count: the rest of an IPv4 address or a name may hold anything. */
static size_t significant_bytes(const struct field *f, const struct session *s)
{
	switch (f->type) {
	case VALUE_ADDRESS:
		return s->ip == 4 ? 4 : 16;
	case VALUE_NAME:
		return strnlen(field_at(f, s), f->bytes);
	default:
		return f->bytes;
	}
}

/* Whether the member is a pointer to a text. */
static bool is_text(const struct field *f)
{
	return f->type == VALUE_PATH || f->type == VALUE_STRING;
}

static const char *text_of(const struct field *f, const struct session *s)
{
	const char *path = *(const char *const *)field_at(f, s);

	return path ? path : "";
}

bool field_copy(const struct field *f, struct session *to, const struct session *from)
{
	void *at = (char *)to + f->offset;
	const char *text;

	if (is_text(f)) {
		memcpy(&text, field_at(f, from), sizeof(text));
		if (text && !(text = strdup(text)))
			return false;
		memcpy(at, &text, sizeof(text));
		return true;
	}
	memcpy(at, field_at(f, from), significant_bytes(f, from));
	if (f->type == VALUE_ADDRESS)
		to->ip = from->ip;
	return true;
}

void field_drop(const struct field *f, struct session *copy)
{
	if (is_text(f))
		free(*(char *const *)field_at(f, copy));
}

bool field_equal(const struct field *f, const struct session *a, const struct session *b)
{
	const size_t bytes = significant_bytes(f, a);

	if (is_text(f))
		return strcmp(text_of(f, a), text_of(f, b)) == 0;
	return bytes == significant_bytes(f, b) &&
	       memcmp(field_at(f, a), field_at(f, b), bytes) == 0;
}

uint64_t field_hash(const struct field *f, const struct session *s, uint64_t hash)
{
	const char *at = is_text(f) ? text_of(f, s) : field_at(f, s);
	size_t left = is_text(f) ? strlen(at) : significant_bytes(f, s);

	while (left) {
		const size_t bytes = left < sizeof(uint64_t) ? left : sizeof(uint64_t);
		uint64_t word = 0;

		memcpy(&word, at, bytes);
		hash = table_mix(hash, word);
		at += bytes;
		left -= bytes;
	}
	return hash;
}

/* Whether a negative number says that the value is unknown. Ports have no sign. */
static bool is_signed(const struct field *f)
{
	switch ((enum value_type)f->type) {
	case VALUE_NUMBER:
		return f->bytes >= sizeof(int);
	case VALUE_BYTES:
	case VALUE_NS:
	case VALUE_US:
	case VALUE_TIME:
		return true;
	default:
		return false;
	}
}

void fields_forget(struct session *s)
{
	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < fields_count; i++)
		if (is_signed(&fields[i]))
			memset((char *)s + fields[i].offset, 0xff, fields[i].bytes);
}

bool field_lacks(const struct field_lack *lack, uint64_t known)
{
	return (lack->without & known) != lack->without;
}
