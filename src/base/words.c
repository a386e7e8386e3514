// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "words.h"

#include <string.h>

#define LONGEST_REASON 256
#define LONGEST_NUMBER 32 /* characters */
#define LONGEST_TIME   1000000001000000000
#define LONGEST_WORD   32 /* characters of a word that is compared with others */

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

/* How many nanoseconds a unit has, by its name; 0 if there is no such unit. */
static uint64_t unit_ns(const char *name)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "", 1000000000 },   { "ms", 1000000 },      { "s", 1000000000 },
		{ "m", 60000000000 }, { "h", 3600000000000 }, { "d", 86400000000000 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].name, name) == 0)
			return units[i].ns;
	return 0;
}

bool words_read_time(const char *word, uint64_t *ns)
{
	const size_t length = strspn(word, "0123456789.");
	const uint64_t unit = unit_ns(word + length);
	char number[LONGEST_NUMBER + 1];
	uint64_t billionths;

	if (!unit || length > LONGEST_NUMBER)
		return false;
	memcpy(number, word, length);
	number[length] = '\0';
	if (!words_read_decimal(number, 1000000000, &billionths))
		return false;
	if (unit < 1000000000)
		*ns = billionths / (1000000000 / unit);
	else if (__builtin_mul_overflow(billionths, unit / 1000000000, ns))
		return false;
	return *ns && *ns < LONGEST_TIME;
}

/* How many letters must be changed, added, left out or swapped with the next one. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned rows[3][LONGEST_WORD + 1];

	for (size_t i = 0; i <= a_length; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			unsigned least = i ? above[j - 1] + (a[i - 1] != b[j - 1]) : (unsigned)j;

			if (i && above[j] + 1 < least)
				least = above[j] + 1;
			if (i && row[j - 1] + 1 < least)
				least = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    higher[j - 2] + 1 < least)
				least = higher[j - 2] + 1;
			row[j] = least;
		}
	}
	return rows[a_length % 3][b_length];
}

const char *words_nearest(words_fn *words, const char *word, size_t length)
{
	unsigned least = (unsigned)length / 4 + 1; /* this many differences are too many */
	const char *nearest = NULL, *known;

	if (length > LONGEST_WORD || length < 4)
		return NULL;
	for (unsigned i = 0; (known = words(i)); i++) {
		const size_t known_length = strlen(known);
		unsigned differences;

		if (known_length > LONGEST_WORD)
			continue;
		differences = strncmp(known, word, length) == 0
				      ? 0
				      : distance(word, length, known, known_length);
		if (differences < least) {
			least = differences;
			nearest = known;
		}
	}
	return nearest;
}
