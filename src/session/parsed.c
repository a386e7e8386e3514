// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "parsed.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/json_read.h"
#include "base/order.h"
#include "base/text.h"
#include "fields.h"

#define JSON_QUOTING 4 /* a field's JSON text has ,"": besides its key */

struct parse {
	struct parsed *parsed;
	size_t names_used;
	size_t next;	 /* the field whose key is likely to come next */
	uint64_t seen;	 /* bit n stands for fields[n] */
	bool is_session; /* the type says so */
	uint8_t ip;	 /* of the addresses; 0: none yet */
};

_Static_assert(FIELDS_MOST <= 64, "`seen` has no room for so many fields");

static bool has_key(const struct field *f, const struct json_value *key)
{
	return f->json_length && key->length == (size_t)f->json_length - JSON_QUOTING &&
	       memcmp(key->at, f->json + 2, key->length) == 0;
}

/* Keys mostly come in the order of the fields. Returns fields_count if no field has this key. */
static size_t find_field(const struct parse *p, const struct json_value *key)
{
	for (size_t i = p->next; i < fields_count; i++)
		if (has_key(&fields[i], key))
			return i;
	for (size_t i = 0; i < p->next; i++)
		if (has_key(&fields[i], key))
			return i;
	return fields_count;
}

/* Members of four bytes and more have a sign, because a negative number is unknown. */
static uint64_t largest(const struct field *f)
{
	const unsigned bits = f->bytes * 8 - (f->bytes >= sizeof(int));

	if (f->type == VALUE_ID)
		return UINT64_MAX >> (64 - f->bytes * 8);
	return f->type == VALUE_US ? INT64_MAX / 1000 : UINT64_MAX >> (64 - bits);
}

static bool read_number(void *at, const struct field *f, const struct json_value *v)
{
	uint64_t n;

	if (!json_read_count(v, largest(f), &n))
		return false;
	order_store(at, n, f->bytes);
	return true;
}

/* Reads 32 hexadecimal digits. */
static bool read_hash(uint64_t hash[2], const struct json_value *v)
{
	return v->kind == JSON_STRING && v->length == 32 && text_read_hex(v->at, 16, &hash[0]) &&
	       text_read_hex(v->at + 16, 16, &hash[1]);
}

/* Reads "2026-01-02T03:04:05.123456789Z". */
static bool read_time(void *at, const struct field *f, const struct json_value *v)
{
	int64_t ns;

	if (v->kind != JSON_STRING || !text_read_utc(v->at, v->length, &ns))
		return false;
	order_store(at, (uint64_t)ns, f->bytes);
	return true;
}

/* A word that is not known comes from a newer version; the value is then unknown. */
static bool read_word(void *at, const struct field *f, const struct json_value *v)
{
	unsigned n = 0;

	if (v->kind != JSON_STRING)
		return false;
	for (unsigned i = 0; i < f->words && !n; i++)
		if (f->word(i) && json_is(v, f->word(i)))
			n = i;
	order_store(at, n, f->bytes);
	return true;
}

static bool read_path(struct parse *p, void *at, const struct json_value *v)
{
	char *name = p->parsed->names + p->names_used;

	if (!json_read_string(v, name, sizeof(p->parsed->names) - p->names_used) ||
	    !text_unescape_name(name))
		return false;
	p->names_used += strlen(name) + 1;
	memcpy(at, &name, sizeof(name));
	return true;
}

static bool read_name(struct parse *p, void *at, const struct field *f, const struct json_value *v)
{
	const size_t used = p->names_used;
	const char *name;
	bool good = read_path(p, &name, v) && strlen(name) < f->bytes;

	if (good)
		strcpy(at, name);
	p->names_used = used;
	return good;
}

static bool read_address(struct parse *p, void *at, const struct json_value *v)
{
	char word[INET6_ADDRSTRLEN];
	uint8_t ip;

	if (!json_read_string(v, word, sizeof(word)))
		return false;
	ip = strchr(word, ':') ? 6 : 4;
	if (p->ip && p->ip != ip)
		return false;
	p->ip = ip;
	return inet_pton(ip == 4 ? AF_INET : AF_INET6, word, at) == 1;
}

static bool read_value(struct parse *p, const struct field *f, const struct json_value *v)
{
	void *at = (char *)&p->parsed->session + f->offset;

	if (v->kind == JSON_NULL)
		return true;
	switch ((enum value_type)f->type) {
	case VALUE_NUMBER:
	case VALUE_ID:
	case VALUE_BYTES:
	case VALUE_NS:
	case VALUE_US:
		return read_number(at, f, v);
	case VALUE_COMMUNITY: /* follows from the addresses and ports */
		return v->kind == JSON_STRING;
	case VALUE_HASH:
		return read_hash(at, v);
	case VALUE_TIME:
	case VALUE_CLOCK:
	case VALUE_SECONDS:
		return read_time(at, f, v);
	case VALUE_BOOL:
		order_store(at, v->kind == JSON_TRUE, f->bytes);
		return v->kind == JSON_TRUE || v->kind == JSON_FALSE;
	case VALUE_WORD:
		return read_word(at, f, v);
	case VALUE_NAME:
		return read_name(p, at, f, v);
	case VALUE_STRING:
	case VALUE_PATH:
		return read_path(p, at, v);
	case VALUE_ADDRESS:
		return read_address(p, at, v);
	}
	return false;
}

static bool read_member(struct parse *p, const struct json_value *key, const struct json_value *v)
{
	/* Its name in the first records; END is a keyword of SQL. */
	static const struct json_value ending = { .at = "ending", .length = sizeof("ending") - 1 };
	size_t n;

	if (json_is(key, "type")) {
		p->parsed->session.interim = json_is(v, "interim");
		p->is_session = p->parsed->session.interim || json_is(v, "session");
		return p->is_session;
	}
	n = find_field(p, json_is(key, "end") ? &ending : key);
	if (n == fields_count)
		return true;
	p->next = n + 1;
	p->parsed->session.extras |= fields[n].extra;
	p->parsed->session.live |= fields[n].live;
	if (v->kind != JSON_NULL)
		p->seen |= UINT64_C(1) << n;
	return read_value(p, &fields[n], v);
}

static bool is_complete(const struct parse *p)
{
	for (size_t i = 0; i < fields_count; i++)
		if (fields[i].needed && !(p->seen >> i & 1))
			return false;
	return p->is_session;
}

/* Works out what JSON does not have, or null, though the session has it. */
static bool complete(const struct parse *p, struct session *s)
{
	int64_t ended = 0;

	if (!is_complete(p) || (s->ip && s->ip != p->ip))
		return false;
	s->ip = p->ip;
	s->port = session_service_port(s);
	if (s->ended_ns < 0 && s->started_ns >= 0 &&
	    (__builtin_add_overflow(s->started_ns, s->duration_ns, &ended) ||
	     (s->connect_ns > 0 && __builtin_add_overflow(ended, s->connect_ns, &ended))))
		return false;
	s->ended_ns = s->ended_ns < 0 ? ended : s->ended_ns;
	s->age_known = s->age_known && s->started_ns >= 0;
	if (s->started_ns < 0)
		s->started_ns = s->ended_ns - s->duration_ns;
	return true;
}

bool parsed_read(struct parsed *p, const char *line, size_t length)
{
	static struct session
		nothing; /* what fields_forget() makes, which takes longer than a copy */
	struct parse parse = { .parsed = p };
	struct json_reader reader;
	struct json_value key, value;

	if (!nothing.started_ns)
		fields_forget(&nothing);
	p->session = nothing;
	p->session.age_known = true;
	json_read(&reader, line, length);
	while (json_read_member(&reader, &key, &value))
		if (!read_member(&parse, &key, &value))
			return false;
	return reader.ended && complete(&parse, &p->session);
}
