/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "text.h"

#include <time.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Reserves length bytes. Returns NULL, and marks the text full, if they do not fit. */
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

/* Two digits per step, since each step waits for a division. */
void text_put_digits(struct text *t, uint64_t n, unsigned digits)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";
	const unsigned needed = count_digits(n);
	const unsigned length = needed < digits ? digits : needed;
	char *room = text_take(t, length);
	char *at;

	if (!room)
		return;
	at = room + length;
	for (; n >= 10; n /= 100) {
		at -= 2;
		memcpy(at, pairs + n % 100 * 2, 2);
	}
	if (n || at == room + length)
		*--at = (char)('0' + n);
	while (at > room)
		*--at = '0';
}

void text_put_capitals(struct text *t, const char *s)
{
	for (; *s; s++)
		text_put_char(t, (char)(*s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s));
}

void text_put_number(struct text *t, uint64_t n)
{
	/* Many are: parts of addresses, counts that are 0. */
	if (n < 10)
		text_put_char(t, (char)('0' + n));
	else
		text_put_digits(t, n, 1);
}

void text_put_hex(struct text *t, uint64_t n, unsigned digits)
{
	char *room = text_take(t, digits);

	while (room && digits--) {
		room[digits] = "0123456789abcdef"[n & 15];
		n >>= 4;
	}
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
 * printf rounds the double, not the decimal number that it stands for: 0.005 ms is slightly larger
 * as a double, 1.005 ms slightly smaller. So this rounds the double's own binary fraction.
 */
void text_put_ms(struct text *t, int64_t ns, unsigned decimals)
{
	static const uint64_t powers[] = { 1, 10, 100, 1000 };
	const uint64_t power = powers[decimals];
	const double ms = (double)ns / 1e6;
	uint64_t bits, fraction, rounded = 0;
	unsigned shift;

	memcpy(&bits, &ms, sizeof(bits));
	shift = 1075 - (unsigned)(bits >> 52); /* ms = fraction / 2^shift; at least 9 */
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

void text_put_size(struct text *t, uint64_t bytes)
{
	double size = (double)bytes;
	unsigned unit = 0;

	while (size >= 1023.5) {
		size /= 1024;
		unit++;
	}
	if (unit && size < 99.95) {
		const uint64_t tenths = (uint64_t)(size * 10 + 0.5);

		text_put_number(t, tenths / 10);
		text_put_char(t, '.');
		text_put_number(t, tenths % 10);
	} else {
		text_put_number(t, (uint64_t)(size + 0.5));
	}
	text_put(t, &"BKMGTPE"[unit], unit > 0);
}

void text_put_span(struct text *t, int64_t ns)
{
	static const struct {
		char name[2];
		uint64_t seconds;
	} units[] = { { "d", 86400 }, { "h", 3600 }, { "m", 60 }, { "s", 1 } };
	const uint64_t seconds = (uint64_t)ns / 1000000000;
	size_t unit = 0;

	if (seconds < 10) {
		text_put_number(t, seconds);
		text_put_char(t, '.');
		text_put_number(t, (uint64_t)ns / 100000000 % 10);
		text_put_char(t, 's');
		return;
	}
	while (seconds < units[unit].seconds)
		unit++;
	text_put_number(t, seconds / units[unit].seconds);
	text_put_string(t, units[unit].name);
	if (unit + 1 == ARRAY_SIZE(units) || seconds >= 100 * units[unit].seconds)
		return;
	unit++;
	text_put_digits(t, seconds % units[unit - 1].seconds / units[unit].seconds, 2);
	text_put_string(t, units[unit].name);
}

static void put_ipv4(struct text *t, const uint8_t *address)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			text_put_char(t, '.');
		text_put_number(t, address[i]);
	}
}

/*
 * Finds the first longest run of at least two zero groups. Returns its length, or 0; *at: its
 * start.
 */
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
	text_put_hex(t, n, n > 0xfff ? 4 : n > 0xff ? 3 : n > 0xf ? 2 : 1);
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

/* The date of a day since 1970, "2026-01-02". Cached, since most calls ask for the same day. */
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

bool text_read_hex(const char *word, unsigned digits, uint64_t *n)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < digits; i++) {
		const char c = word[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return false;
		value = value << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*n = value;
	return true;
}
