/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Builds text in a buffer without the cost of printf, and parses words. */
#ifndef TCPLIFE_TEXT_H
#define TCPLIFE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The buffer belongs to the caller. A piece that does not fit is dropped whole and sets `full`. */
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

/*
 * Inline: most pieces are short and of constant length, which makes this a store instead of a call.
 */
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
/* Lowercase ASCII letters become capitals. */
void text_put_capitals(struct text *t, const char *s);
void text_put_number(struct text *t, uint64_t n);
/* At least `digits` digits, padded with zeroes. */
void text_put_digits(struct text *t, uint64_t n, unsigned digits);
/* The lowest `digits` hexadecimal digits. */
void text_put_hex(struct text *t, uint64_t n, unsigned digits);

/* An unknown value, that is a negative number or NULL, is written as "-". */
void text_put_known(struct text *t, int64_t n);
void text_put_word(struct text *t, const char *word);

/*
 * Nanoseconds (not negative) as milliseconds, as printf's "%.*f" prints ns / 1e6. decimals: 1 to 3.
 */
void text_put_ms(struct text *t, int64_t ns, unsigned decimals);
/* A number of bytes in at most five columns: 999, 12.3M. */
void text_put_size(struct text *t, uint64_t bytes);
/* Nanoseconds (not negative) in at most six columns: 1.5s, 42s, 12m05s, 3h20m, 12d03h, 123d. */
void text_put_span(struct text *t, int64_t ns);
/* ip: 4 or 6. address: 4 or 16 bytes in network order. IPv6 is written as in RFC 5952. */
void text_put_address(struct text *t, int ip, const uint8_t *address);
/* As "12:34:56". */
void text_put_clock(struct text *t, int hour, int minute, int second);
/* Nanoseconds since 1970 (1970 to 2262) as "2026-01-02T03:04:05.123456789Z". */
void text_put_utc(struct text *t, int64_t ns);
/*
 * Reads what text_put_utc() writes, with up to nine decimals or none. False if it is malformed or
 * not from 1970 to 2261.
 */
bool text_read_utc(const char *word, size_t length, int64_t *ns);

/*
 * Writes a string of any bytes, cut to that many columns, with nothing in it that could move the
 * cursor: each byte of a control or invisible formatting character or of invalid UTF-8 becomes
 * \xNN. So does a backslash before an x, so that \xNN always stands for a byte. No character or
 * escape is cut in half; everything else stays as it is.
 */
void text_put_name(struct text *t, const char *name, size_t columns);
/*
 * Writes any bytes as a JSON string, quotes included. Valid UTF-8 is kept exactly, invisible
 * characters as \uNNNN. Each byte of invalid UTF-8, and a backslash before an x, becomes the four
 * characters \xNN.
 */
void text_put_json_name(struct text *t, const char *name);
/*
 * Turns each \xNN of a name back into its byte, in place. Returns false if that byte is a NUL,
 * which no name contains.
 */
bool text_unescape_name(char *name);

/*
 * Whether these bytes are valid UTF-8. The byte after them must be readable and must not continue a
 * character.
 */
bool text_is_utf8(const char *s, size_t length);

/* How many terminal columns the bytes from `from` to `to` (valid UTF-8) take. */
size_t text_columns(const char *from, const char *to);
/* Pad what was written since `from` (valid UTF-8) with spaces to this many columns. */
void text_pad_left(struct text *t, const char *from, size_t columns);
void text_pad_right(struct text *t, const char *from, size_t columns);

/* The part of a word that is wrong (not NUL-terminated), and what is wrong with it. */
struct blame {
	const char *word;
	size_t length;
	const char *reason; /* follows the word, as in "is not a port"; a literal or static */
};

/* Fills in *b. Always returns false, for the caller to return. */
bool blame_word(struct blame *b, const char *word, size_t length, const char *reason);
/*
 * Parses this many (1 to 16) lowercase hexadecimal digits; what follows them does not matter. False
 * if there are fewer.
 */
bool text_read_hex(const char *word, unsigned digits, uint64_t *n);
/* Parses a decimal number without sign or blanks. False if malformed or above max. */
bool text_read_number(const char *word, size_t length, uint64_t max, uint64_t *n);

#endif
