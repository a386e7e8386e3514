/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/text.h"

#include <arpa/inet.h>
#include <locale.h>
#include <stdlib.h>

#include "check.h"
#include "random.h"

static char buffer[256];
static struct text text;

static void begin(void)
{
	text_init(&text, buffer, sizeof(buffer) - 1);
}

static const char *end(void)
{
	*text.at = '\0';
	return buffer;
}

static const char *span(int64_t ns)
{
	begin();
	text_put_span(&text, ns);
	return end();
}

static void test_span(void)
{
	static const int64_t s = 1000000000, day = 86400 * s;

	CHECK_TEXT(span(0), "0.0s");
	CHECK_TEXT(span(9999999999), "9.9s");
	CHECK_TEXT(span(10 * s), "10s");
	CHECK_TEXT(span(60 * s), "1m00s");
	CHECK_TEXT(span(3600 * s - 1), "59m59s");
	CHECK_TEXT(span(3600 * s), "1h00m");
	CHECK_TEXT(span(day - 1), "23h59m");
	CHECK_TEXT(span(100 * day - 1), "99d23h");
	CHECK_TEXT(span(100 * day), "100d");
	CHECK_TEXT(span(INT64_MAX), "106751d");
}

static void test_numbers(void)
{
	begin();
	text_put_number(&text, 0);
	text_put_char(&text, ' ');
	text_put_number(&text, UINT64_MAX);
	text_put_char(&text, ' ');
	text_put_digits(&text, 7, 3);
	text_put_digits(&text, 12345, 3);
	text_put_string(&text, "!");
	CHECK_TEXT(end(), "0 18446744073709551615 00712345!");
	CHECK(text_length(&text) == 32 && !text.full);
}

static bool same_ms(int64_t ns, int decimals)
{
	char expected[64];

	snprintf(expected, sizeof(expected), "%.*f", decimals, (double)ns / 1e6);
	begin();
	text_put_ms(&text, ns, (unsigned)decimals);
	return strcmp(end(), expected) == 0 || CHECK_TEXT(buffer, expected);
}

/* Compared with printf: all small values, values around each tie, and every magnitude. */
static void test_ms_is_printf(void)
{
	bool same = true;

	for (int64_t ns = 0; same && ns < 300000; ns++)
		same = same_ms(ns, 2) && same_ms(ns, 3) && same_ms(ns, 1);
	for (int i = 0; same && i < 300000; i++) {
		const int64_t any = (int64_t)(random_bits() >> (1 + random_bits() % 60));
		const int64_t tie = any / 10000 * 10000 + (any < INT64_MAX - 10000 ? 5000 : 0);
		const int64_t finer_tie = any / 1000 * 1000 + (any < INT64_MAX - 1000 ? 500 : 0);

		same = same_ms(any, 2) && same_ms(tie, 2) && same_ms(tie - 1, 2) &&
		       same_ms(any, 3) && same_ms(finer_tie, 3);
	}
	CHECK(same);
	CHECK(same_ms(INT64_MAX, 2) && same_ms(1ll << 53, 2) && same_ms((1ll << 53) + 1, 2));
}

static const char *address(const char *words)
{
	uint8_t bytes[16];
	const int ip = strchr(words, ':') ? 6 : 4;

	if (inet_pton(ip == 4 ? AF_INET : AF_INET6, words, bytes) != 1)
		return "(cannot be read)";
	begin();
	text_put_address(&text, ip, bytes);
	return end();
}

static void test_addresses(void)
{
	static const char *const canonical[] = {
		"0.0.0.0",
		"127.0.0.1",
		"255.255.255.255",
		"100.66.11.247",
		"::",
		"::1",
		"1::",
		"fe80::1",
		"2001:db8::1:0:0:1",
		"2001:0:0:1::1",
		"2001:db8:0:1:1:1:1:1",
		"0:1:1:1:1:1:1:1",
		"1:1:1:1:1:1:1:0",
		"1::1:0:0:1:1",
		"::2:3:4:5:6:7",
		"1:2:3:4:5:6::",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"fd00:ab:c:de0:f00::a00",
		"::ffff:192.0.2.1",
		"::fffe:c000:201",
		"64:ff9b::c000:201",
	};

	for (size_t i = 0; i < sizeof(canonical) / sizeof(canonical[0]); i++)
		CHECK_TEXT(address(canonical[i]), canonical[i]);
	/* The first longest run, and never a single zero (RFC 5952, 4.2). */
	CHECK_TEXT(address("2001:DB8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
	CHECK_TEXT(address("0:0:6efa:89f0::dd3a:0"), "::6efa:89f0:0:0:dd3a:0");
	CHECK_TEXT(address("1::1:0:0:0"), "1::1:0:0:0");
	CHECK_TEXT(address("1:0:0:1::"), "1:0:0:1::");
}

/* Every address that we write is parsed as the same address. */
static void test_addresses_are_read_back(void)
{
	bool same = true;

	for (int i = 0; same && i < 200000; i++) {
		uint8_t bytes[16], back[16];
		const uint64_t zeroes = random_bits();

		for (int j = 0; j < 16; j++)
			bytes[j] = zeroes >> j / 2 & 1 ? 0 : (uint8_t)random_bits();
		begin();
		text_put_address(&text, 6, bytes);
		same = CHECK(inet_pton(AF_INET6, end(), back) == 1) &&
		       CHECK(memcmp(bytes, back, sizeof(bytes)) == 0);
	}
}

static void test_utc(void)
{
	begin();
	text_put_utc(&text, 1767323045123456789);
	CHECK_TEXT(end(), "2026-01-02T03:04:05.123456789Z");
	begin();
	text_put_utc(&text, 0);
	CHECK_TEXT(end(), "1970-01-01T00:00:00.000000000Z");
	begin();
	text_put_utc(&text, 1709251199000000001);
	CHECK_TEXT(end(), "2024-02-29T23:59:59.000000001Z");
}

static const char *name(const char *bytes, size_t columns)
{
	begin();
	text_put_name(&text, bytes, columns);
	return end();
}

static const char *json_name(const char *bytes)
{
	begin();
	text_put_json_name(&text, bytes);
	return end();
}

static void test_names(void)
{
	CHECK_TEXT(name("curl", 10), "curl");
	CHECK_TEXT(name("kworker/u16:2-ev", 10), "kworker/u1");
	CHECK_TEXT(name("a\\b c\"d,e'", 99), "a\\b c\"d,e'");
	CHECK_TEXT(name("", 10), "");
	CHECK_TEXT(name("a\nb\tc\rd", 99), "a\\x0ab\\x09c\\x0dd");
	CHECK_TEXT(name("\033[2J\177", 99), "\\x1b[2J\\x7f");
	/* C1 controls, a right-to-left override, a zero-width space, a line separator. */
	CHECK_TEXT(name("\302\205|\302\237|", 99), "\\xc2\\x85|\\xc2\\x9f|");
	CHECK_TEXT(name("\342\200\256|", 99), "\\xe2\\x80\\xae|");
	CHECK_TEXT(name("\342\200\213|", 99), "\\xe2\\x80\\x8b|");
	CHECK_TEXT(name("\342\200\250|", 99), "\\xe2\\x80\\xa8|");
	/*
	 * Invalid: a lone byte, an overlong form, a surrogate, a code too large, a truncated
	 * character.
	 */
	CHECK_TEXT(name("\377a\200", 99), "\\xffa\\x80");
	CHECK_TEXT(name("\300\200\301\277", 99), "\\xc0\\x80\\xc1\\xbf");
	CHECK_TEXT(name("\340\200\200", 99), "\\xe0\\x80\\x80");
	CHECK_TEXT(name("\355\240\200", 99), "\\xed\\xa0\\x80");
	CHECK_TEXT(name("\364\220\200\200", 99), "\\xf4\\x90\\x80\\x80");
	CHECK_TEXT(name("ab\342\202", 99), "ab\\xe2\\x82");
	/* What looks like an escape is escaped; other backslashes stay. */
	CHECK_TEXT(name("\\x41", 99), "\\x5cx41");
	CHECK_TEXT(name("\\\\x\033\\", 99), "\\\\x5cx\\x1b\\");
	/* Nothing is cut in half. */
	CHECK_TEXT(name("12345678\033", 10), "12345678");
	CHECK_TEXT(name("123456\033x", 10), "123456\\x1b");
	CHECK_TEXT(name("123456789\303\251x", 10), "123456789\303\251");
	CHECK_TEXT(name("12345678\346\227\245x", 10), "12345678\346\227\245");
	CHECK_TEXT(name("123456789\346\227\245x", 10), "123456789");
	CHECK_TEXT(name("123456789e\314\201x", 10), "123456789e\314\201");
}

static void test_json_names(void)
{
	CHECK_TEXT(json_name("curl"), "\"curl\"");
	CHECK_TEXT(json_name(""), "\"\"");
	CHECK_TEXT(json_name("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
	CHECK_TEXT(json_name("\033[2J\n\177"), "\"\\u001b[2J\\u000a\\u007f\"");
	CHECK_TEXT(json_name("\302\205\342\200\256"), "\"\\u0085\\u202e\"");
	CHECK_TEXT(json_name("\303\251\346\227\245"), "\"\303\251\346\227\245\"");
	CHECK_TEXT(json_name("\377a\342\202"), "\"\\\\xffa\\\\xe2\\\\x82\"");
	CHECK_TEXT(json_name("\\x41"), "\"\\\\x5cx41\"");
}

static void hex_digit_value(char c, uint8_t *value)
{
	*value = (uint8_t)(*value << 4 | (c <= '9' ? c - '0' : c - 'a' + 10));
}

/* Turns each escape back into its byte. */
static void unescape(const char *from, char *to)
{
	while (*from) {
		uint8_t byte = 0;

		if (from[0] == '\\' && from[1] == 'x') {
			hex_digit_value(from[2], &byte);
			hex_digit_value(from[3], &byte);
			*to++ = (char)byte;
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

/*
 * For any 15 bytes without NUL, the text has no control character, and the name can be recovered
 * from it.
 */
static void test_names_are_read_back(void)
{
	static const char likely[] = "\\\\xx51abf \n\033\302\205\342\200\256\303\251\360\237";
	bool same = true;

	for (int i = 0; same && i < 200000; i++) {
		char bytes[16] = "", back[16 * 4 + 1];

		for (int j = 0; j < 15; j++)
			if (i % 2)
				bytes[j] = likely[random_bits() % (sizeof(likely) - 1)];
			else
				bytes[j] = (char)(random_bits() % 255 + 1);
		name(bytes, SIZE_MAX);
		for (const char *at = buffer; *at; at++)
			same = same && CHECK((unsigned char)*at >= ' ' && *at != '\177');
		unescape(buffer, back);
		same = same && CHECK_TEXT(back, bytes);
	}
}

static const char *padded(const char *cell, size_t columns, bool right)
{
	begin();
	text_put_char(&text, '|');
	text_put_string(&text, cell);
	if (right)
		text_pad_right(&text, buffer + 1, columns);
	else
		text_pad_left(&text, buffer + 1, columns);
	text_put_char(&text, '|');
	return end();
}

static void test_padding(void)
{
	CHECK_TEXT(padded("ab", 5, true), "|ab   |");
	CHECK_TEXT(padded("ab", 5, false), "|   ab|");
	CHECK_TEXT(padded("", 2, false), "|  |");
	CHECK_TEXT(padded("abcdef", 5, true), "|abcdef|");
	CHECK_TEXT(padded("abcdef", 5, false), "|abcdef|");
	/* Characters of two columns, one and none. */
	CHECK_TEXT(padded("\346\227\245", 5, true), "|\346\227\245   |");
	CHECK_TEXT(padded("\303\251e\314\201", 5, false), "|   \303\251e\314\201|");
}

static void test_full(void)
{
	char small[8];

	text_init(&text, small, sizeof(small));
	text_put_string(&text, "12345");
	text_put_string(&text, "6789");
	CHECK(text.full && text_length(&text) == 5 && text_room(&text) == 3);
	text_put_string(&text, "678");
	CHECK(text_room(&text) == 0 && memcmp(small, "12345678", 8) == 0);
	text_pad_right(&text, small, 20);
	text_pad_left(&text, small, 20);
	CHECK(memcmp(small, "12345678", 8) == 0);
}

static void test_read_number(void)
{
	uint64_t n;

	CHECK(text_read_number("0", 1, 0, &n) && n == 0);
	CHECK(text_read_number("123x", 3, 1000, &n) && n == 123);
	CHECK(text_read_number("18446744073709551615", 20, UINT64_MAX, &n) && n == UINT64_MAX);
	CHECK(!text_read_number("18446744073709551616", 20, UINT64_MAX, &n));
	CHECK(!text_read_number("65536", 5, 65535, &n));
	CHECK(!text_read_number("", 0, 5, &n));
	CHECK(!text_read_number("-1", 2, 5, &n));
	CHECK(!text_read_number(" 1", 2, 5, &n));
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "span", test_span },
		{ "numbers", test_numbers },
		{ "ms-is-printf", test_ms_is_printf },
		{ "addresses", test_addresses },
		{ "addresses-are-read-back", test_addresses_are_read_back },
		{ "utc", test_utc },
		{ "names", test_names },
		{ "json-names", test_json_names },
		{ "names-are-read-back", test_names_are_read_back },
		{ "padding", test_padding },
		{ "full", test_full },
		{ "read-number", test_read_number },
	};

	/* Needed only if the libc's wcwidth() depends on the locale. */
	setlocale(LC_CTYPE, "C.UTF-8");
	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
