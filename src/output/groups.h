/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Groups of sessions that agree in some fields, in bounded memory. */
#ifndef TCPLIFE_GROUPS_H
#define TCPLIFE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "session/fields.h"
#include "session/session.h"

/* The fields to group by, in this order. */
struct groups_by {
	const struct field *keys[FIELDS_MOST];
	unsigned count;
};

/* Adds the keys of a list. If one is unknown or given twice, returns false with *blame filled in.
 */
bool groups_by_add(struct groups_by *by, const char *list, struct blame *blame);

struct groups;

/*
 * At most `most` groups. A group has `bytes` bytes, the first member of which is a struct session
 * with the grouping fields; the rest is zero. If no fields are given, groups by port and direction.
 * Returns NULL if out of memory. Free it with groups_free().
 */
struct groups *groups_new(const struct groups_by *by, uint32_t most, size_t bytes);
void groups_free(struct groups *g);
/* Removes all groups. */
void groups_clear(struct groups *g);

/*
 * Finds or makes the session's group. Returns NULL if no more groups fit. The group is borrowed,
 * and valid until groups_clear().
 */
void *groups_find(struct groups *g, const struct session *session);

/* The fields; at least one. Borrowed. */
const struct groups_by *groups_by(const struct groups *g);
uint32_t groups_count(const struct groups *g);
/* The nth group, in order of appearance. Borrowed likewise. */
void *groups_nth(const struct groups *g, uint32_t n);

#endif
