/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "session/parsed.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/json_read.h"
#include "base/text.h"
#include "check.h"
#include "output/writer_format.h"
#include "sessions.h"
#include "trace/losses.h"

#define HEAD                                                         \
	"{\"type\":\"session\",\"laddr\":\"10.0.0.1\",\"lport\":22," \
	"\"raddr\":\"10.0.0.2\",\"rport\":50000,\"duration_ns\":1500000000"

static struct parsed parsed;

static bool reads(const char *line)
{
	return parsed_read(&parsed, line, strlen(line));
}

/* Writes the session as --json does, without the newline. */
static const char *written(const struct session *s)
{
	static char line[32768];
	struct text t;

	text_init(&t, line, sizeof(line) - 1);
	writer_json.row(&t, NULL, s);
	t.at[-1] = '\0';
	return line;
}

/* Whether the session, written, read and written again, is the same to the byte. */
static bool returns(const struct session *s)
{
	char *first = strdup(written(s));
	const bool same = CHECK(reads(first)) && CHECK_TEXT(written(&parsed.session), first);

	free(first);
	return same;
}

/* Names and numbers that are hard to write and to read. */
static struct session hard(void)
{
	struct session s = plain_session();

	s.id[1] = UINT64_MAX;
	s.duration_ns = 1999999999;
	s.accept_wait_ns = INT64_MAX;
	s.tx_bytes = INT64_MAX;
	s.rx_bytes = 0;
	s.retrans = UINT32_MAX;
	s.uid = UINT32_MAX - 1;
	s.cgroup_id = UINT64_MAX;
	s.pid = 4194304;
	s.error = 110;
	s.lport = 65535;
	s.rport = 0;
	s.ppid = 4194303;
	s.extras = EXTRA_PPID;
	s.ending = ENDING_TIMEOUT;
	s.cgroup = "/system.slice/\xff\\x41\\ \"\n\xe2\x80\x8b\xc3\xa9.service";
	strcpy(s.comm, "a\\x5cb\x01\xf0\x9f\x92\xa9");
	return s;
}

static void test_round_trip(void)
{
	struct session s = hard();

	CHECK(returns(&s));
	CHECK_TEXT(parsed.session.cgroup, s.cgroup);
	CHECK_TEXT(parsed.session.comm, s.comm);
	CHECK(parsed.session.started_ns == s.started_ns && parsed.session.ended_ns == s.ended_ns);
	CHECK(parsed.session.port == 0 && parsed.session.pid == 4194304);
	s.ip = 6;
	CHECK(inet_pton(AF_INET6, "2001:db8::1", s.laddr) == 1);
	CHECK(inet_pton(AF_INET6, "::ffff:1.2.3.4", s.raddr) == 1);
	for (unsigned i = 0; i < ENDINGS; i++) {
		s.ending = (enum ending)i;
		s.direction = (enum direction)(i % 3);
		s.owner = (enum owner)(i % 5);
		CHECK(returns(&s));
		CHECK(parsed.session.ending == s.ending && parsed.session.owner == s.owner);
		CHECK(parsed.session.direction == s.direction);
	}
}

static void test_unknown(void)
{
	struct session s = unknown_session();

	CHECK(returns(&s));
	CHECK(parsed.session.tx_bytes == -1 && parsed.session.error == -1);
	CHECK(!parsed.session.cgroup && !parsed.session.age_known);
}

/* JSON does not tell when an open session was listed. */
static void test_open(void)
{
	struct session s = hard();

	s.ending = ENDING_OPEN;
	s.connect_ns = 1;
	CHECK(returns(&s));
	CHECK(parsed.session.ended_ns == s.started_ns + s.connect_ns + s.duration_ns);
	s.age_known = false;
	CHECK(returns(&s));
	CHECK(parsed.session.ended_ns == 0);
}

/* Records of sessions that are told of again and again have more members. */
static void test_interim(void)
{
	struct session s = hard();

	s.ending = ENDING_OPEN;
	s.live = s.interim = true;
	s.state = STATE_CLOSE_WAIT;
	s.tx_delta = 5;
	s.rx_delta = -1;
	CHECK(returns(&s));
	CHECK(parsed.session.interim && parsed.session.live && parsed.session.rx_delta == -1);
	CHECK(parsed.session.ended_ns == s.ended_ns && parsed.session.state == s.state);
	s.interim = false;
	CHECK(returns(&s) && parsed.session.live);
}

static void test_older(void)
{
	CHECK(reads(HEAD "}"));
	CHECK(parsed.session.ip == 4 && parsed.session.lport == 22 && parsed.session.port == 22);
	CHECK(parsed.session.retrans == -1 && parsed.session.error == -1);
	CHECK(parsed.session.ending == ENDING_UNKNOWN && !parsed.session.pid);
	CHECK_TEXT(parsed.session.comm, "");
	CHECK(!parsed.session.age_known);
	CHECK(reads(HEAD ",\"started\":\"2026-01-02T03:04:05Z\"}") && parsed.session.age_known);
	CHECK(parsed.session.ended_ns == 1767323045000000000 + 1500000000);
	CHECK(reads(HEAD ",\"end\":\"timeout\"}") && parsed.session.ending == ENDING_TIMEOUT);
	/* A newer one, and its members in another order. */
	CHECK(reads(HEAD ",\"new\":{\"a\":[1,{}]},\"ending\":\"new\",\"dir\":\"in\",\"pid\":7}"));
	CHECK(parsed.session.pid == 7 && parsed.session.direction == DIRECTION_IN);
	CHECK(parsed.session.ending == ENDING_UNKNOWN);
	CHECK(reads(" { \"pid\" : 7 , \"rport\":1,\"duration_ns\":0,\"lport\":2,"
		    "\"raddr\":\"::1\",\"laddr\":\"::2\" , \"type\":\"session\" }\t\r"));
	CHECK(parsed.session.ip == 6 && parsed.session.pid == 7);
}

static void test_refused(void)
{
	static const char *const lines[] = {
		"",
		"{",
		"{}",
		"[]",
		"null",
		"tcplife: tracing by raw",
		"Started tcplife.service - TCP sessions.",
		"{\"type\":\"stats\"}",
		HEAD,
		HEAD "}}",
		HEAD "} {}",
		HEAD ",}",
		HEAD ",\"pid\":}",
		HEAD ",\"pid\":-1}",
		HEAD ",\"pid\":1.0}",
		HEAD ",\"pid\":\"1\"}",
		HEAD ",\"pid\":4294967296}",
		HEAD ",\"pid\":01}",
		HEAD ",\"ip\":6}",
		HEAD ",\"lport\":65536}",
		HEAD ",\"raddr\":\"::1\"}",
		HEAD ",\"raddr\":\"10.0.0\"}",
		HEAD ",\"raddr\":10}",
		HEAD ",\"age_known\":1}",
		HEAD ",\"ending\":5}",
		HEAD ",\"id\":\"0123456789abcdef0123456789abcdeF\"}",
		HEAD ",\"id\":\"0123456789abcdef\"}",
		HEAD ",\"host\":1}",
		HEAD ",\"comm\":\"sixteen bytes+comm\"}",
		HEAD ",\"comm\":\"\\u0000\"}",
		HEAD ",\"comm\":\"\\\\x00\"}",
		HEAD ",\"comm\":\"\\ud800\"}",
		HEAD ",\"comm\":\"\\udc00\"}",
		HEAD ",\"comm\":\"\\q\"}",
		HEAD ",\"comm\":\"\xff\"}",
		HEAD ",\"comm\":\"a\tb\"}",
		HEAD ",\"ended\":\"2026-13-02T03:04:05Z\"}",
		HEAD ",\"ended\":\"2026-02-29T03:04:05Z\"}",
		HEAD ",\"ended\":\"2026-01-02 03:04:05Z\"}",
		HEAD ",\"ended\":\"2026-01-02T03:04:05\"}",
		HEAD ",\"ended\":\"2026-01-02T03:04:05.Z\"}",
		HEAD ",\"ended\":\"2026-01-02T03:04:05.1234567890Z\"}",
		HEAD ",\"ended\":\"2026-01-02T24:04:05Z\"}",
		HEAD ",\"ended\":1}",
		HEAD ",\"duration_ns\":9223372036854775807,\"started\":\"2026-01-02T03:04:05Z\"}",
		"{\"type\":\"session\",\"laddr\":\"10.0.0.1\",\"lport\":22,\"raddr\":\"10.0.0.2\","
		"\"rport\":50000}",
		"{\"laddr\":\"10.0.0.1\",\"lport\":22,\"raddr\":\"10.0.0.2\",\"rport\":50000,"
		"\"duration_ns\":1}",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!CHECK(!reads(lines[i])))
			printf("%s\n", lines[i]);
}

/* Whether it is one JSON object. */
static bool is_object(const char *text)
{
	struct json_reader reader;
	struct json_value key, value;

	json_read(&reader, text, strlen(text));
	while (json_read_member(&reader, &key, &value))
		;
	return reader.ended;
}

static void test_json(void)
{
	static const char *const good[] = {
		"{}",
		"{\"\":0}",
		"{\"a\":-0.5e+7,\"b\":[],\"c\":[[{}],null,true,false]}",
		"{\"\\u00e9\\n\\\"\\\\\\/\":\"\xc3\xa9\"}",
		"\t{ \"a\" :\n1 }\r\n",
	};
	static const char *const bad[] = {
		"{\"a\":1,}",	   "{,}",
		"{\"a\"}",	   "{\"a\":+1}",
		"{\"a\":.5}",	   "{\"a\":1.}",
		"{\"a\":1e}",	   "{\"a\":00}",
		"{\"a\":nul}",	   "{\"a\":[1,]}",
		"{\"a\":[1}",	   "{\"a\":\"}",
		"{'a':1}",	   "{\"a\":1 1}",
		"{\"\\x\":1}",	   "{\"\\u12g4\":1}",
		"{\"\xc3\":1}",	   "{\"\xed\xa0\x80\":1}",
		"{\"a\":1]",	   "{\"a\":NaN}",
		"{\"a\":-}",	   "{\"\\",
		"{\"a\":{\"b\"}}", "{\"\xc3",
	};
	char deep[256] = "{\"a\":";

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!CHECK(is_object(good[i])))
			printf("%s\n", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(!is_object(bad[i])))
			printf("%s\n", bad[i]);
	memset(deep + 5, '[', 100);
	memset(deep + 105, ']', 100);
	deep[205] = '}';
	CHECK(!is_object(deep));
}

static void test_strings(void)
{
	const char *text = "{\"a\":\"\\ud83d\\ude00\\u20ac\\u00e9A\\b\\f\\n\\r\\t\\/\"}";
	struct json_reader reader;
	struct json_value key, value;
	char string[64];

	json_read(&reader, text, strlen(text));
	CHECK(json_read_member(&reader, &key, &value) && json_is(&key, "a"));
	CHECK(json_read_string(&value, string, sizeof(string)));
	CHECK_TEXT(string, "\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9"
			   "A\b\f\n\r\t/");
	CHECK(json_read_string(&value, string, strlen(string) + 1));
	CHECK(!json_read_string(&value, string, strlen(string)));
}

static void test_times(void)
{
	static const int64_t seconds[] = { 0, 951782399, 951782400, 4107542400, 9214646399 };
	int64_t ns;

	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		const int64_t expected = seconds[i] * 1000000000 + 7;
		char word[64];
		struct text t;

		text_init(&t, word, sizeof(word));
		text_put_utc(&t, expected);
		CHECK(text_read_utc(word, text_length(&t), &ns) && ns == expected);
	}
	CHECK(text_read_utc("2000-02-29T00:00:00.5Z", 22, &ns) && ns == 951782400500000000);
	CHECK(!text_read_utc("2262-01-01T00:00:00Z", 20, &ns));
	CHECK(!text_read_utc("1969-12-31T23:59:59Z", 20, &ns));
}

static bool reads_losses(struct losses *l, const char *line)
{
	return losses_parse(l, line, strlen(line));
}

static void test_losses(void)
{
	const struct losses losses = { 1, 2, 3, 4, -1, false };
	struct losses l, sum = { -1, -1, -1, -1, -1, true };
	char line[256];
	struct text t;

	text_init(&t, line, sizeof(line));
	losses_put_json(&t, &losses);
	CHECK(losses_parse(&l, line, text_length(&t) - 1));
	CHECK(!memcmp(&l, &losses, offsetof(struct losses, final)) && !l.final);
	CHECK(reads_losses(&l, "{\"type\":\"losses\",\"buffer\":5,\"x\":[]}"));
	CHECK(l.buffer == 5 && l.sessions == -1 && l.final);
	CHECK(!reads_losses(&l, "{\"type\":\"losses\",\"buffer\":\"5\"}"));
	CHECK(!reads_losses(&l, "{\"type\":\"losses\""));
	CHECK(!reads_losses(&l, "{\"type\":\"stats\",\"buffer\":5}"));
	losses_add(&sum, &losses);
	losses_add(&sum, &losses);
	CHECK(sum.buffer == 2 && sum.preexisting == 8 && sum.missed == -1);
	CHECK(losses_continue(&losses, &sum) && !losses_continue(&sum, &losses));
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "round-trip", test_round_trip },
		{ "unknown", test_unknown },
		{ "open", test_open },
		{ "interim", test_interim },
		{ "older", test_older },
		{ "refused", test_refused },
		{ "json", test_json },
		{ "strings", test_strings },
		{ "times", test_times },
		{ "losses", test_losses },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
