// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "words.h"

#include <string.h>

#define LONGEST_REASON 256

bool words_each(const char *list, const char *lack, word_fn *take, void *to, struct blame *blame)
{
	const char *word = list;

	for (;;) {
		const size_t length = strcspn(word, ",");

		if (!length)
			return blame_word(blame, list, strlen(list), lack);
		if (!take(to, word, length, blame))
			return false;
		if (!word[length])
			return true;
		word += length + 1;
	}
}

bool words_find(words_fn *words, const char *word, size_t length, unsigned *n)
{
	const char *known;

	for (unsigned i = 0; (known = words(i)); i++) {
		if (strlen(known) == length && memcmp(known, word, length) == 0) {
			*n = i;
			return true;
		}
	}
	return false;
}

bool words_blame(words_fn *words, const char *lack, const char *word, size_t length,
		 struct blame *blame)
{
	static char reason[LONGEST_REASON]; /* parsing ends at the first blame */
	struct text t;

	text_init(&t, reason, sizeof(reason) - 1);
	text_put_string(&t, lack);
	for (unsigned i = 0; words(i); i++) {
		text_put_string(&t, i ? ", " : " (");
		text_put_string(&t, words(i));
	}
	text_put_char(&t, ')');
	*t.at = '\0';
	return blame_word(blame, word, length, reason);
}

bool words_read_decimal(const char *word, uint64_t unit, uint64_t *parts)
{
	const size_t whole_length = strcspn(word, ".");
	const char *digit = word + whole_length;
	uint64_t whole = 0;

	if (whole_length && !text_read_number(word, whole_length, 1000000000, &whole))
		return false;
	if (!whole_length && !digit[0])
		return false;
	*parts = whole * unit;
	if (!*digit)
		return true;
	while (*++digit) {
		if (*digit < '0' || *digit > '9')
			return false;
		unit /= 10;
		*parts += unit * (uint64_t)(*digit - '0');
	}
	return true;
}
