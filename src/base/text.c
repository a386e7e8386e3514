/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "text.h"

#include <time.h>
#include <wchar.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Room for so many bytes, or NULL. */
static char *text_take(struct text *t, size_t length)
{
	char *room = t->at;

	if (length > text_room(t)) {
		t->full = true;
		return NULL;
	}
	t->at += length;
	return room;
}

void text_put_string(struct text *t, const char *s)
{
	text_put(t, s, strlen(s));
}

static unsigned count_digits(uint64_t n)
{
	unsigned count = 1;

	for (; n >= 10000; n /= 10000)
		count += 4;
	return count + (n >= 10) + (n >= 100) + (n >= 1000);
}

/* Two digits a step, since each step waits for a division. */
void text_put_digits(struct text *t, uint64_t n, unsigned digits)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";
	const unsigned needed = count_digits(n);
	const unsigned length = needed < digits ? digits : needed;
	char *room = text_take(t, length);
	char *at = room + length;

	if (!room)
		return;
	for (; n >= 10; n /= 100) {
		at -= 2;
		memcpy(at, pairs + n % 100 * 2, 2);
	}
	if (n || at == room + length)
		*--at = (char)('0' + n);
	while (at > room)
		*--at = '0';
}

void text_put_number(struct text *t, uint64_t n)
{
	text_put_digits(t, n, 1);
}

void text_put_known(struct text *t, int64_t n)
{
	if (n < 0)
		text_put_char(t, '-');
	else
		text_put_number(t, (uint64_t)n);
}

void text_put_word(struct text *t, const char *word)
{
	text_put_string(t, word ? word : "-");
}

/*
 * printf rounds the double, not the decimal number that we mean: 0.005 ms is a little more than
 * that as a double, 1.005 ms a little less. So round the double's own binary fraction.
 */
void text_put_ms(struct text *t, int64_t ns, unsigned decimals)
{
	static const uint64_t powers[] = { 1, 10, 100, 1000 };
	const uint64_t power = powers[decimals];
	const double ms = (double)ns / 1e6;
	uint64_t bits, fraction, rounded = 0;
	unsigned shift;

	memcpy(&bits, &ms, sizeof(bits));
	shift = 1075 - (unsigned)(bits >> 52); /* ms = fraction / 2^shift; 9 at least */
	fraction = ((bits & 0xfffffffffffff) | 1ull << 52) * power;
	if (shift < 64) {
		uint64_t half = 1ull << (shift - 1);
		uint64_t rest = fraction & (2 * half - 1);

		rounded = fraction >> shift;
		if (rest > half || (rest == half && rounded % 2))
			rounded++;
	}
	text_put_number(t, rounded / power);
	text_put_char(t, '.');
	text_put_digits(t, rounded % power, decimals);
}

static void put_ipv4(struct text *t, const uint8_t *address)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			text_put_char(t, '.');
		text_put_number(t, address[i]);
	}
}

/* The first of the longest runs of two or more zero groups, in *at; its length, or 0. */
static int longest_zeroes(const unsigned groups[8], int *at)
{
	int longest = 1, run = 0;

	*at = -1;
	for (int i = 0; i < 8; i++) {
		run = groups[i] ? 0 : run + 1;
		if (run > longest) {
			longest = run;
			*at = i + 1 - run;
		}
	}
	return *at < 0 ? 0 : longest;
}

static void put_hex(struct text *t, unsigned n)
{
	int digits = n > 0xfff ? 4 : n > 0xff ? 3 : n > 0xf ? 2 : 1;

	while (digits--)
		text_put_char(t, "0123456789abcdef"[n >> 4 * digits & 15]);
}

static void put_ipv6(struct text *t, const uint8_t *address)
{
	unsigned groups[8];
	int zeroes, zeroes_at;

	for (int i = 0; i < 8; i++)
		groups[i] = (unsigned)address[2 * i] << 8 | address[2 * i + 1];
	zeroes = longest_zeroes(groups, &zeroes_at);
	if (zeroes_at == 0 && zeroes == 5 && groups[5] == 0xffff) {
		text_put(t, "::ffff:", 7);
		put_ipv4(t, address + 12);
		return;
	}
	for (int i = 0; i < 8; i++) {
		if (i == zeroes_at) {
			text_put(t, "::", 2);
			i += zeroes - 1;
			continue;
		}
		if (i && i != zeroes_at + zeroes)
			text_put_char(t, ':');
		put_hex(t, groups[i]);
	}
}

void text_put_address(struct text *t, int ip, const uint8_t *address)
{
	if (ip == 4)
		put_ipv4(t, address);
	else
		put_ipv6(t, address);
}

/* The date of a day since 1970, "2026-01-02"; most calls ask for the day of the call before. */
static const char *date_of(int64_t day)
{
	static char date[10];
	static int64_t known = -1;
	const time_t seconds = (time_t)(day * 86400);
	struct text text;
	struct tm tm;

	if (day == known)
		return date;
	gmtime_r(&seconds, &tm);
	text_init(&text, date, sizeof(date));
	text_put_digits(&text, (uint64_t)tm.tm_year + 1900, 4);
	text_put_char(&text, '-');
	text_put_digits(&text, (uint64_t)tm.tm_mon + 1, 2);
	text_put_char(&text, '-');
	text_put_digits(&text, (uint64_t)tm.tm_mday, 2);
	known = day;
	return date;
}

void text_put_clock(struct text *t, int hour, int minute, int second)
{
	text_put_digits(t, (uint64_t)hour, 2);
	text_put_char(t, ':');
	text_put_digits(t, (uint64_t)minute, 2);
	text_put_char(t, ':');
	text_put_digits(t, (uint64_t)second, 2);
}

void text_put_utc(struct text *t, int64_t ns)
{
	const int64_t seconds = ns / 1000000000;
	const int second = (int)(seconds % 86400);

	text_put(t, date_of(seconds / 86400), 10);
	text_put_char(t, 'T');
	text_put_clock(t, second / 3600, second / 60 % 60, second % 60);
	text_put_char(t, '.');
	text_put_digits(t, (uint64_t)(ns % 1000000000), 9);
	text_put_char(t, 'Z');
}

/* One character of a string, or one byte that is no part of any. */
struct character {
	size_t length; /* bytes; 0: the end of the string */
	uint32_t code;
	bool valid;
};

/* How many bytes a UTF-8 character has, by its first; 0: none begins like this. */
static size_t utf8_length(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

/* Reads the first character; never beyond a byte that does not belong to it, so not past a NUL. */
static struct character read_character(const char *s)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	static const uint8_t first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const uint8_t *byte = (const uint8_t *)s;
	const struct character invalid = { .length = 1, .code = *byte };
	const size_t length = utf8_length(*byte);
	uint32_t code = *byte & first_bits[length];

	if (!*byte)
		return (struct character){ 0 };
	if (!length)
		return invalid;
	for (size_t i = 1; i < length; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return invalid;
		code = code << 6 | (byte[i] & 0x3f);
	}
	if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return invalid;
	return (struct character){ .length = length, .code = code, .valid = true };
}

/* Characters that do something to a terminal or to the reading order, rather than show. */
static bool is_invisible(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1f },	    { 0x7f, 0x9f },	{ 0x61c, 0x61c },   { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* A backslash that a reader would take for the beginning of an escape. */
static bool looks_like_escape(const char *s)
{
	return s[0] == '\\' && s[1] == 'x';
}

static size_t character_columns(const struct character *c)
{
	int columns;

	if (c->code < 0x80)
		return 1;
	columns = wcwidth((wchar_t)c->code);
	return columns < 0 ? 1 : (size_t)columns;
}

static void put_hex_byte(struct text *t, uint8_t byte)
{
	text_put_char(t, "0123456789abcdef"[byte >> 4]);
	text_put_char(t, "0123456789abcdef"[byte & 15]);
}

static void put_escaped_bytes(struct text *t, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		text_put(t, "\\x", 2);
		put_hex_byte(t, (uint8_t)bytes[i]);
	}
}

/* How many characters at the front are visible ASCII without a meaning in any escape. */
static size_t plain_length(const char *s)
{
	const char *at = s;

	while (*at >= ' ' && *at < 0x7f && *at != '\\' && *at != '"')
		at++;
	return (size_t)(at - s);
}

void text_put_name(struct text *t, const char *name, size_t columns)
{
	size_t plain = plain_length(name);

	plain = plain < columns ? plain : columns;
	text_put(t, name, plain);
	name += plain;
	columns -= plain;
	for (;;) {
		const struct character c = read_character(name);
		const bool escape = !c.valid || is_invisible(c.code) || looks_like_escape(name);
		const size_t width = escape ? 4 * c.length : character_columns(&c);

		if (!c.length || width > columns)
			return;
		if (escape)
			put_escaped_bytes(t, name, c.length);
		else
			text_put(t, name, c.length);
		columns -= width;
		name += c.length;
	}
}

void text_put_json_name(struct text *t, const char *name)
{
	const size_t plain = plain_length(name);
	struct character c;

	text_put_char(t, '"');
	text_put(t, name, plain);
	name += plain;
	for (; (c = read_character(name)).length; name += c.length) {
		if (!c.valid || looks_like_escape(name)) {
			text_put_char(t, '\\'); /* JSON's own escape of the backslash */
			put_escaped_bytes(t, name, 1);
		} else if (is_invisible(c.code)) {
			text_put(t, "\\u", 2);
			put_hex_byte(t, (uint8_t)(c.code >> 8));
			put_hex_byte(t, (uint8_t)c.code);
		} else {
			if (c.code == '"' || c.code == '\\')
				text_put_char(t, '\\');
			text_put(t, name, c.length);
		}
	}
	text_put_char(t, '"');
}

size_t text_columns(const char *from, const char *to)
{
	size_t columns = 0;

	for (; to - from >= 8; from += 8, columns += 8) {
		uint64_t eight;

		memcpy(&eight, from, sizeof(eight));
		if (eight & 0x8080808080808080)
			break;
	}
	while (from < to) {
		struct character c = { .length = 1 };

		if (*from & 0x80) {
			c = read_character(from);
			columns += character_columns(&c);
		} else {
			columns++;
		}
		from += c.length;
	}
	return columns;
}

void text_pad_left(struct text *t, const char *from, size_t columns)
{
	const size_t length = (size_t)(t->at - from);
	const size_t used = text_columns(from, t->at);
	char *cell = t->at - length;

	if (used >= columns || !text_take(t, columns - used))
		return;
	memmove(cell + columns - used, cell, length);
	memset(cell, ' ', columns - used);
}

void text_pad_right(struct text *t, const char *from, size_t columns)
{
	const size_t used = text_columns(from, t->at);
	char *spaces = used < columns ? text_take(t, columns - used) : NULL;

	if (spaces)
		memset(spaces, ' ', columns - used);
}

bool blame_word(struct blame *b, const char *word, size_t length, const char *reason)
{
	*b = (struct blame){ .word = word, .length = length, .reason = reason };
	return false;
}

bool text_read_number(const char *word, size_t length, uint64_t max, uint64_t *n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < length; i++) {
		const unsigned digit = (unsigned)(unsigned char)word[i] - '0';

		if (digit > 9 || value > max / 10 || digit > max - value * 10)
			return false;
		value = value * 10 + digit;
	}
	*n = value;
	return length > 0;
}
