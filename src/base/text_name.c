/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names may hold any bytes: this escapes them and measures them in columns. */
#include <wchar.h>

#include "text.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* A character of a string, or a byte that belongs to none. */
struct character {
	size_t length; /* in bytes; 0 at the end of the string */
	uint32_t code;
	bool valid;
};

/* The length of a UTF-8 character, from its first byte; 0 if no character begins with it. */
static size_t utf8_length(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

/*
 * Reads the first character. Never reads past a byte that does not belong to it, so not past a NUL.
 */
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

/* Whether a character acts on the terminal or the reading order instead of being displayed. */
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

/* Whether a reader would take the text for an escape. */
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

static void put_escaped_bytes(struct text *t, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		text_put(t, "\\x", 2);
		text_put_hex(t, (uint8_t)bytes[i], 2);
	}
}

/* The number of leading characters that are printable ASCII and need no escape anywhere. */
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
			text_put_char(t, '\\'); /* JSON escapes the backslash */
			put_escaped_bytes(t, name, 1);
		} else if (is_invisible(c.code)) {
			text_put(t, "\\u", 2);
			text_put_hex(t, c.code, 4);
		} else {
			if (c.code == '"' || c.code == '\\')
				text_put_char(t, '\\');
			text_put(t, name, c.length);
		}
	}
	text_put_char(t, '"');
}

bool text_is_utf8(const char *s, size_t length)
{
	const char *const end = s + length;

	while (s < end) {
		const struct character c = read_character(s);

		if (!c.valid)
			return false;
		s += c.length;
	}
	return true;
}

bool text_unescape_name(char *name)
{
	char *to = name;

	for (; *name; name++) {
		uint64_t byte = (unsigned char)*name;

		if (looks_like_escape(name) && text_read_hex(name + 2, 2, &byte))
			name += 3;
		if (!byte)
			return false;
		*to++ = (char)byte;
	}
	*to = '\0';
	return true;
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
