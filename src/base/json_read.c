// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "json_read.h"

#include <string.h>

#include "text.h"

#define DEEPEST 32 /* nested arrays and objects */

static bool read_value(struct json_reader *r, struct json_value *v, unsigned depth);

static void skip_blanks(struct json_reader *r)
{
	while (r->at < r->end &&
	       (*r->at == ' ' || *r->at == '\t' || *r->at == '\r' || *r->at == '\n'))
		r->at++;
}

/* Takes this character, and blanks before it, if it comes next. */
static bool take(struct json_reader *r, char c)
{
	skip_blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The value of four hexadecimal digits; -1 if they are not there. */
static int hex_four(const char *at, const char *end)
{
	int code = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		const int digit = hex_digit(at[i]);

		if (digit < 0)
			return -1;
		code = code << 4 | digit;
	}
	return code;
}

/* Steps over an escape; r->at is after its backslash. */
static bool skip_escape(struct json_reader *r)
{
	if (r->at == r->end || !*r->at || !strchr("\"\\/bfnrtu", *r->at))
		return false;
	if (*r->at++ != 'u')
		return true;
	if (hex_four(r->at, r->end) < 0)
		return false;
	r->at += 4;
	return true;
}

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* Not 0 if one of the eight bytes is below n, which is at most 128, or above 127. */
static uint64_t have_below(uint64_t bytes, uint8_t n)
{
	return ((bytes - EACH_BYTE(n)) | bytes) & EACH_BYTE(0x80);
}

/* Steps over most of what is plain, eight bytes at a time: no quote, backslash or control
 * character. */
static void skip_plain(struct json_reader *r)
{
	uint64_t bytes;

	for (; r->end - r->at >= 8; r->at += 8) {
		memcpy(&bytes, r->at, sizeof(bytes));
		if (have_below(bytes, ' ') | have_below(bytes ^ EACH_BYTE('"'), 1) |
		    have_below(bytes ^ EACH_BYTE('\\'), 1))
			return;
	}
}

/* r->at is after the first quote. */
static bool read_string(struct json_reader *r, struct json_value *v)
{
	bool ascii = true;

	*v = (struct json_value){ .kind = JSON_STRING, .at = r->at };
	skip_plain(r);
	while (r->at < r->end && *r->at != '"') {
		const unsigned char c = (unsigned char)*r->at++;

		if (c < ' ')
			return false;
		ascii = ascii && c < 0x80;
		if (c != '\\')
			continue;
		v->escaped = true;
		if (!skip_escape(r))
			return false;
	}
	v->length = (size_t)(r->at - v->at);
	if (r->at == r->end)
		return false;
	r->at++;
	return ascii || text_is_utf8(v->at, v->length);
}

/* Steps over digits. Returns whether there are any. */
static bool skip_digits(struct json_reader *r)
{
	const char *from = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > from;
}

static bool skip_number(struct json_reader *r)
{
	const char *digits;

	r->at += *r->at == '-';
	digits = r->at;
	if (!skip_digits(r) || (*digits == '0' && r->at > digits + 1))
		return false;
	if (r->at < r->end && *r->at == '.') {
		r->at++;
		if (!skip_digits(r))
			return false;
	}
	if (r->at < r->end && (*r->at | 0x20) == 'e') {
		r->at++;
		if (r->at < r->end && (*r->at == '+' || *r->at == '-'))
			r->at++;
		return skip_digits(r);
	}
	return true;
}

static bool skip_word(struct json_reader *r, const char *word)
{
	const size_t length = strlen(word);

	if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0)
		return false;
	r->at += length;
	return true;
}

static bool read_pair(struct json_reader *r, struct json_value *key, struct json_value *value,
		      unsigned depth)
{
	return take(r, '"') && read_string(r, key) && take(r, ':') && read_value(r, value, depth);
}

/* Steps over the rest of an array or object; r->at is after its bracket. */
static bool skip_nested(struct json_reader *r, bool object, unsigned depth)
{
	struct json_value key, value;

	if (depth == DEEPEST)
		return false;
	if (take(r, object ? '}' : ']'))
		return true;
	do
		if (!(object ? read_pair(r, &key, &value, depth + 1)
			     : read_value(r, &value, depth + 1)))
			return false;
	while (take(r, ','));
	return take(r, object ? '}' : ']');
}

static bool read_value(struct json_reader *r, struct json_value *v, unsigned depth)
{
	static const char *const words[] = { "null", "false", "true" };
	bool good;

	if (take(r, '"'))
		return read_string(r, v);
	if (r->at == r->end)
		return false;
	*v = (struct json_value){ .kind = JSON_NUMBER, .at = r->at };
	switch (*r->at) {
	case '[':
	case '{':
		v->kind = *r->at++ == '{' ? JSON_OBJECT : JSON_ARRAY;
		good = skip_nested(r, v->kind == JSON_OBJECT, depth);
		break;
	case 'n':
	case 'f':
	case 't':
		v->kind = *r->at == 'n' ? JSON_NULL : *r->at == 'f' ? JSON_FALSE : JSON_TRUE;
		good = skip_word(r, words[v->kind]);
		break;
	default:
		good = skip_number(r);
		break;
	}
	v->length = (size_t)(r->at - v->at);
	return good;
}

void json_read(struct json_reader *r, const char *text, size_t length)
{
	*r = (struct json_reader){ .at = text, .end = text + length };
}

bool json_read_member(struct json_reader *r, struct json_value *key, struct json_value *value)
{
	const bool first = !r->begun;

	r->begun = true;
	if (first && !take(r, '{'))
		return false;
	if (take(r, '}')) {
		skip_blanks(r);
		r->ended = r->at == r->end;
		return false;
	}
	return (first || take(r, ',')) && read_pair(r, key, value, 1);
}

bool json_read_count(const struct json_value *v, uint64_t max, uint64_t *n)
{
	return v->kind == JSON_NUMBER && text_read_number(v->at, v->length, max, n);
}

/* Writes a character as UTF-8. */
static void put_utf8(struct text *t, uint32_t code)
{
	if (code < 0x80) {
		text_put_char(t, (char)code);
		return;
	}
	if (code < 0x800) {
		text_put_char(t, (char)(0xc0 | code >> 6));
	} else {
		if (code < 0x10000) {
			text_put_char(t, (char)(0xe0 | code >> 12));
		} else {
			text_put_char(t, (char)(0xf0 | code >> 18));
			text_put_char(t, (char)(0x80 | (code >> 12 & 0x3f)));
		}
		text_put_char(t, (char)(0x80 | (code >> 6 & 0x3f)));
	}
	text_put_char(t, (char)(0x80 | (code & 0x3f)));
}

/* Resolves an escape with four digits, or with a second one after it. Returns where it ends. */
static const char *put_escaped(struct text *t, const char *at, const char *end)
{
	int code = hex_four(at, end), low;

	at += 4;
	if (code >= 0xd800 && code < 0xdc00) {
		if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
			return NULL;
		low = hex_four(at + 2, end);
		if (low < 0xdc00 || low > 0xdfff)
			return NULL;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		at += 6;
	} else if (!code || (code >= 0xdc00 && code < 0xe000)) {
		return NULL;
	}
	put_utf8(t, (uint32_t)code);
	return at;
}

bool json_read_string(const struct json_value *v, char *to, size_t size)
{
	static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
	const char *at = v->at, *const end = at + v->length;
	struct text text;

	if (v->kind != JSON_STRING)
		return false;
	text_init(&text, to, size);
	while (at && at < end) {
		const size_t left = (size_t)(end - at);
		const char *escape = v->escaped ? memchr(at, '\\', left) : NULL;
		const char *letter;

		text_put(&text, at, escape ? (size_t)(escape - at) : left);
		if (!escape)
			break;
		at = escape + 2;
		letter = strchr(letters, escape[1]);
		if (escape[1] == 'u')
			at = put_escaped(&text, at, end);
		else
			text_put(&text, letter ? &meanings[letter - letters] : &escape[1], 1);
	}
	text_put_char(&text, '\0');
	return at && !text.full;
}
