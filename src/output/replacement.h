/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A file that is replaced as a whole: written beside under another name, then renamed, so that its
 * readers never see half of it. Works in a directory that stays open, so that no path is looked up
 * once privileges are dropped.
 */
#ifndef TCPLIFE_REPLACEMENT_H
#define TCPLIFE_REPLACEMENT_H

#include <stddef.h>

#include "base/text.h"

/* How the new file is opened. */
#define REPLACEMENT_FLAGS (O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC)

struct replacement;

/*
 * Opens the directory and tries to write there. Returns NULL on failure, with a line in why.
 * Borrows the name. Free it with replacement_free(), which leaves the file.
 */
struct replacement *replacement_open(const char *name, char *why, size_t size);
void replacement_free(struct replacement *r);

/* Begins a new file. */
void replacement_begin(struct replacement *r);
/* The text of the file, with room for at least `size` bytes (at most REPLACEMENT_ROOM). Borrowed.
 */
#define REPLACEMENT_ROOM 65536
struct text *replacement_room(struct replacement *r, size_t size);
/* Puts the new file in the place of the old one. Returns 0, or the first -errno since it began. */
int replacement_end(struct replacement *r);

#endif
