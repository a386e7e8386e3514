/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Words of the command line: comma-separated lists, sets of known words, decimal numbers. */
#ifndef TCPLIFE_WORDS_H
#define TCPLIFE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* Returns the nth of the known words, or NULL after the last. */
typedef const char *words_fn(unsigned n);
/*
 * Takes one word of a list (not NUL-terminated). If it is bad, returns false with *blame filled in.
 */
typedef bool word_fn(void *to, const char *word, size_t length, struct blame *blame);

/*
 * Passes the words of a comma-separated list to `take`. Stops and returns false, with *blame filled
 * in, if `take` refuses a word, or if a word is empty; for the latter, `lack` is the reason: "lacks
 * a port".
 */
bool words_each(const char *list, const char *lack, word_fn *take, void *to, struct blame *blame);

/* Finds a word among the known ones. If it is none of them, returns false and leaves *n alone. */
bool words_find(words_fn *words, const char *word, size_t length, unsigned *n);
/*
 * Blames a word that is unknown, listing the known ones: "is not a key (lport, rport)", where
 * `lack` is "is not a key".
 */
bool words_blame(words_fn *words, const char *lack, const char *word, size_t length,
		 struct blame *blame);

/*
 * Parses a number that may have a fraction into multiples of 1/unit; unit is a power of ten. Drops
 * digits finer than that. False if malformed or above 1000000000.
 */
bool words_read_decimal(const char *word, uint64_t unit, uint64_t *parts);
/*
 * Parses a time in seconds, or with one of the units ms, s, m, h and d: "90", "0.5", "1.5h". False
 * if it is malformed, 0 ns, or above 1000000001 seconds.
 */
bool words_read_time(const char *word, uint64_t *ns);

/*
 * The known word that a mistaken one is most likely meant to be: one that begins with it, or that
 * differs from it by a few letters. Returns NULL if there is none.
 */
const char *words_nearest(words_fn *words, const char *word, size_t length);

#endif
