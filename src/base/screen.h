/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A terminal used as a page: drawn in place, with single keys as input. Only control sequences of
 * ECMA-48 that every terminal knows.
 */
#ifndef TCPLIFE_SCREEN_H
#define TCPLIFE_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct screen {
	bool works;    /* standard output is a terminal that can be used as a page */
	bool has_keys; /* standard input is a terminal, too */
	size_t rows;
	size_t columns;
};

/*
 * Looks at the terminal, and changes nothing yet. Call it before privileges are dropped: it
 * prepares for a crash.
 */
struct screen screen_find(void);

/* Reads the size anew. Returns whether it has changed. */
bool screen_resize(struct screen *s);

/*
 * Shows an empty page, forgets what was typed before, and reads keys without echo from now on.
 * Should the process crash, the terminal is as before. Writes what the terminal must get to t.
 */
void screen_enter(const struct screen *s, struct text *t);
/* Undoes that. */
void screen_leave(const struct screen *s, struct text *t);

/* Moves to the beginning of a row, from 0, and clears it. */
void screen_row(struct text *t, size_t row);
/* Clears what is below the row. */
void screen_clear_below(struct text *t, size_t row);

#define SCREEN_BOLD    "\033[1m"
#define SCREEN_REVERSE "\033[7m"
#define SCREEN_PLAIN   "\033[0m"

enum screen_key {
	KEY_NONE,
	KEY_UP = 256,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME,
	KEY_END,
};

/*
 * Takes the first key of what was read: a byte, or an enum screen_key. Advances *bytes; KEY_NONE at
 * `end` and for a sequence that means nothing here.
 */
int screen_key(const char **bytes, const char *end);

#endif
