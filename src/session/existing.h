/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sessions that began before tracing: their owners and directions, which the kernel side lacks. */
#ifndef TCPLIFE_EXISTING_H
#define TCPLIFE_EXISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record.h"
#include "socket_table.h"

struct sock_diag;
struct existing;

/*
 * Reads all open sessions, at most `most`, and their owners. Call it after tracing has begun, so
 * that no session is missed; the record's birth tells which ones began in between. Writes to `why`
 * what could not be done, "" if nothing. Returns NULL if out of memory. Free it with
 * existing_free().
 */
struct existing *existing_new(const struct sock_diag *diag, uint32_t most, char *why, size_t size);
void existing_free(struct existing *existing);

/*
 * Call it for the record of every session that ended. If its beginning was not seen (preexisting),
 * fills in owner and direction. Forgets the session.
 */
void existing_complete(struct existing *existing, struct record *record);

/* The open session with these addresses and ports, or NULL if none is known; borrowed. */
const struct record *existing_find(const struct existing *existing, const struct record *tuple);

/*
 * For tests, which have no kernel to ask. since_ns: when the kernel was asked, by clock_now_ns().
 */
struct existing *existing_empty(uint32_t most, uint64_t since_ns);
int existing_add(struct existing *existing, const struct record *record, uint64_t inode);
/* Marks a session as inbound if a local socket listens on its local port. */
void existing_direct(struct existing *existing);

#endif
