/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads JSON objects strictly, as RFC 8259 defines them. Allocates and copies nothing. */
#ifndef TCPLIFE_JSON_READ_H
#define TCPLIFE_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum json_kind {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* A value as it is written, a string without its quotes. Borrowed from the text. */
struct json_value {
	enum json_kind kind;
	const char *at;
	size_t length;
	bool escaped; /* a string with escapes */
};

/* Where the reader is; for the functions below only. */
struct json_reader {
	const char *at;
	const char *end;
	bool begun;
	bool ended; /* the whole text was one well-formed object */
};

/*
 * Begins to read a text that is to be one object. The byte after the text must be readable, and
 * must not be a byte that continues a UTF-8 character: a newline or a NUL will do.
 */
void json_read(struct json_reader *r, const char *text, size_t length);
/*
 * Reads the next member. Returns false after the last one, and where the text is malformed;
 * r->ended is true only after the last one.
 */
bool json_read_member(struct json_reader *r, struct json_value *key, struct json_value *value);

/* Whether a string without escapes is this word. Inline: most words are literals of known length.
 */
static inline bool json_is(const struct json_value *v, const char *word)
{
	return v->kind == JSON_STRING && v->length == strlen(word) &&
	       memcmp(v->at, word, v->length) == 0;
}
/* Reads a number without sign, fraction and exponent. False if it is none, or above max. */
bool json_read_count(const struct json_value *v, uint64_t max, uint64_t *n);
/*
 * Copies a string to `to`, with its escapes resolved and a NUL at the end. False if it does not fit
 * into `size` bytes, contains a NUL, or escapes half a surrogate pair.
 */
bool json_read_string(const struct json_value *v, char *to, size_t size);

#endif
