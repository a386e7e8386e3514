/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The reading end of the kernel side's outbox (bpf/outbox.h). */
#ifndef TCPLIFE_INBOX_H
#define TCPLIFE_INBOX_H

#include <stdint.h>

struct inbox;
struct outbox_books;
struct record;

/*
 * fd: map `outbox`, with so many places; books: the kernel side's, mapped. Both are borrowed.
 * Returns NULL with errno set on failure. To be freed by inbox_free().
 */
struct inbox *inbox_new(int fd, uint32_t places, struct outbox_books *books);
void inbox_free(struct inbox *inbox);

/*
 * Hands out the next record, which is valid until the next call. Returns 1, or 0 at the end of a
 * batch, or -errno. A batch is what was there when it began; the next call begins another.
 */
int inbox_next(struct inbox *inbox, const struct record **record);

#endif
