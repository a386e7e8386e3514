/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keeps one copy of each name, for who only borrows them. */
#ifndef TCPLIFE_NAMES_H
#define TCPLIFE_NAMES_H

struct names;

/* Returns NULL if out of memory. Free it with names_free(). */
struct names *names_new(void);
void names_free(struct names *names);

/*
 * Returns a copy that stays until names_free(); NULL if name is NULL, out of memory, or if there
 * are too many.
 */
const char *names_keep(struct names *names, const char *name);

#endif
