/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text put together in a buffer, without the cost of printf; and words read back. */
#ifndef TCPLIFE_TEXT_H
#define TCPLIFE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A buffer that others own. A piece that does not fit is left out whole, and makes it full. */
struct text {
	char *begin;
	char *at; /* where the next piece goes */
	char *end;
	bool full;
};

static inline void text_init(struct text *t, char *buffer, size_t size)
{
	*t = (struct text){ .begin = buffer, .at = buffer, .end = buffer + size };
}

static inline size_t text_length(const struct text *t)
{
	return (size_t)(t->at - t->begin);
}

static inline size_t text_room(const struct text *t)
{
	return (size_t)(t->end - t->at);
}

/* Inline, because most pieces are short and of known length: then it is a store, not a call. */
static inline void text_put(struct text *t, const char *bytes, size_t length)
{
	if (length > text_room(t)) {
		t->full = true;
		return;
	}
	memcpy(t->at, bytes, length);
	t->at += length;
}

static inline void text_put_char(struct text *t, char c)
{
	text_put(t, &c, 1);
}

void text_put_string(struct text *t, const char *s);
void text_put_number(struct text *t, uint64_t n);
/* At least so many digits, zeroes in front. */
void text_put_digits(struct text *t, uint64_t n, unsigned digits);

/* What is unknown, that is below 0 or NULL, is "-". */
void text_put_known(struct text *t, int64_t n);
void text_put_word(struct text *t, const char *word);

/* Nanoseconds (at least 0) as milliseconds: printf's "%.*f" of ns / 1e6; decimals: 1 to 3. */
void text_put_ms(struct text *t, int64_t ns, unsigned decimals);
/* ip: 4 or 6; address: 4 or 16 bytes in network order. IPv6 as RFC 5952 writes it. */
void text_put_address(struct text *t, int ip, const uint8_t *address);
/* "12:34:56" */
void text_put_clock(struct text *t, int hour, int minute, int second);
/* Nanoseconds since 1970 (1970 to 2262) as "2026-01-02T03:04:05.123456789Z". */
void text_put_utc(struct text *t, int64_t ns);

/*
 * A string of any bytes, cut to so many columns, with nothing in it that could move a cursor:
 * each byte of a control or invisible formatting character and of invalid UTF-8 becomes \xNN,
 * and so does a backslash in front of an x, so that \xNN always stands for a byte. No character
 * or escape is cut in half; all else stays as it is.
 */
void text_put_name(struct text *t, const char *name, size_t columns);
/*
 * The same as a JSON string, quotes included: what JSON can hold it holds exactly, invisible
 * characters as \uNNNN; only the bytes of invalid UTF-8 (and a backslash in front of an x)
 * become the four characters \xNN.
 */
void text_put_json_name(struct text *t, const char *name);

/* How many columns of a terminal the bytes from..to (valid UTF-8) take. */
size_t text_columns(const char *from, const char *to);
/* Fills up what was put since `from` (valid UTF-8) with spaces, to this many columns. */
void text_pad_left(struct text *t, const char *from, size_t columns);
void text_pad_right(struct text *t, const char *from, size_t columns);

/* The part of a word that is at fault (not terminated), and what is wrong with it. */
struct blame {
	const char *word;
	size_t length;
	const char *reason; /* goes after the word: "is not a port"; a literal */
};

/* Notes the blame; false, for the caller to return. */
bool blame_word(struct blame *b, const char *word, size_t length, const char *reason);
/* A decimal number without sign or blanks; false if it is none, or above max. */
bool text_read_number(const char *word, size_t length, uint64_t max, uint64_t *n);

#endif
