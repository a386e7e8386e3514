/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Words of the command line: lists of them, those that are known, and numbers with a fraction. */
#ifndef TCPLIFE_WORDS_H
#define TCPLIFE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* The nth of the words that may be given, or NULL behind the last. */
typedef const char *words_fn(unsigned n);
/* Takes one word of a list (not terminated); false, and *blame filled in, if it is bad. */
typedef bool word_fn(void *to, const char *word, size_t length, struct blame *blame);

/*
 * Hands the words of a comma separated list to `take`, until it refuses one. False, and *blame
 * filled in, if it does, or if a word is empty: then the list "lacks a port", if so is `lack`.
 */
bool words_each(const char *list, const char *lack, word_fn *take, void *to, struct blame *blame);

/* Which of the words this is; if it is none of them, false and *n is not touched. */
bool words_find(words_fn *words, const char *word, size_t length, unsigned *n);
/* Blames a word that is none of them: it "is not a key (lport, rport)", if so is `lack`. */
bool words_blame(words_fn *words, const char *lack, const char *word, size_t length,
		 struct blame *blame);

/*
 * Digits, with or without a fraction, in parts of which `unit` (a power of ten) make 1; what is
 * finer is dropped. False if it is no such number, or above 1000000000.
 */
bool words_read_decimal(const char *word, uint64_t unit, uint64_t *parts);

#endif
