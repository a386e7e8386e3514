/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Writes JSON values to a text. Unknown values are written as null. */
#ifndef TCPLIFE_JSON_H
#define TCPLIFE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

/*
 * The version of all that is printed as JSON. It grows when a key goes, or changes its meaning; new
 * keys may come at any time.
 */
#define SCHEMA			 "1"

#define JSON_LITERAL(t, literal) text_put(t, literal, sizeof(literal) - 1)
/* The key of a member other than the first. */
#define JSON_KEY(t, key) JSON_LITERAL(t, ",\"" key "\":")

static inline void json_put_null(struct text *t)
{
	JSON_LITERAL(t, "null");
}

/* Writes n; a negative n is unknown. */
static inline void json_put_known(struct text *t, int64_t n)
{
	if (n < 0)
		json_put_null(t);
	else
		text_put_number(t, (uint64_t)n);
}

/* Writes a UTC time; ns counts from 1970. */
static inline void json_put_time(struct text *t, bool known, int64_t ns)
{
	if (!known) {
		json_put_null(t);
		return;
	}
	text_put_char(t, '"');
	text_put_utc(t, ns);
	text_put_char(t, '"');
}

/* Writes a word that needs no escaping; NULL is unknown. */
static inline void json_put_word(struct text *t, const char *word)
{
	if (!word) {
		json_put_null(t);
		return;
	}
	text_put_char(t, '"');
	text_put_string(t, word);
	text_put_char(t, '"');
}

/* Writes a name of any bytes; NULL is unknown. */
static inline void json_put_name(struct text *t, const char *name)
{
	if (name)
		text_put_json_name(t, name);
	else
		json_put_null(t);
}

static inline void json_put_address(struct text *t, int ip, const uint8_t *address)
{
	text_put_char(t, '"');
	text_put_address(t, ip, address);
	text_put_char(t, '"');
}

#endif
