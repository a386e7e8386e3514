/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The reading end of the kernel side's outbox (bpf/outbox.h). */
#ifndef TCPLIFE_INBOX_H
#define TCPLIFE_INBOX_H

#include <stdint.h>

struct inbox;
struct outbox_books;
struct record;

/* Takes one record; it is only there until it returns. */
typedef void (*inbox_fn)(void *arg, const struct record *record);

/*
 * fd: map `outbox`, with so many places; books: the kernel side's, mapped. Both are borrowed. NULL
 * and errno: no memory. To be freed by inbox_free().
 */
struct inbox *inbox_new(int fd, uint32_t places, struct outbox_books *books, inbox_fn fn,
			void *arg);
void inbox_free(struct inbox *inbox);

/* Takes all that is there. Returns 0 or -errno. */
int inbox_drain(struct inbox *inbox);

#endif
