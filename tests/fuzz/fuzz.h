/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For all fuzz targets: values taken from the input, and checks that abort. */
#ifndef TCPLIFE_FUZZ_H
#define TCPLIFE_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Called by libFuzzer for each input. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The rest of the input. */
struct input {
	const uint8_t *at;
	size_t left;
};

/* Takes the next bytes; zeroes after the end. */
static inline void input_take(struct input *in, void *to, size_t bytes)
{
	const size_t there = bytes < in->left ? bytes : in->left;

	memset(to, 0, bytes);
	if (there)
		memcpy(to, in->at, there);
	in->at += there;
	in->left -= there;
}

static inline uint8_t input_byte(struct input *in)
{
	uint8_t byte;

	input_take(in, &byte, 1);
	return byte;
}

/* Aborts, so that the input is kept, if the condition fails. */
#define MUST(condition) must(condition, __FILE__, __LINE__, #condition)

static inline void must(bool holds, const char *file, int line, const char *condition)
{
	if (holds)
		return;
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/* Length of the first character in bytes; 0 if it is invalid UTF-8 or a control character. */
static inline size_t plain_length(const uint8_t *s, size_t left)
{
	static const uint32_t least[] = { 0, 0x20, 0xa0, 0x800, 0x10000 };
	const size_t length = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	uint32_t code = s[0] < 0x80 ? s[0] : s[0] & (0x7fU >> length);

	if (s[0] == 0x7f || (s[0] >= 0x80 && s[0] < 0xc0) || s[0] >= 0xf8 || length > left)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return length;
}

/*
 * Whether the text is valid UTF-8 without control characters, so safe on a terminal and a single
 * line.
 */
static inline bool is_plain(const char *text, size_t length)
{
	const uint8_t *s = (const uint8_t *)text;

	while (length) {
		const size_t step = plain_length(s, length);

		if (!step)
			return false;
		s += step;
		length -= step;
	}
	return true;
}

#endif
