/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All members of structures that a layout knows, in one table: layout.c's and layout_btf.c's own.
 */
#ifndef TCPLIFE_LAYOUT_MEMBERS_H
#define TCPLIFE_LAYOUT_MEMBERS_H

#include "layout.h"

#define LAYOUT_STRUCTURE_BYTES 8192 /* more than any has, whatever was compiled in */

/* A member of a structure, by its path in BTF. */
struct layout_member {
	const char *structure;
	const char *path;
	int bytes;
	size_t at; /* where its offset stands in struct layout */
};

/* The fields by their numbers, then the typed ones. */
#define LAYOUT_MEMBERS ((size_t)LAYOUT_FIELD_COUNT + TYPED_FIELD_COUNT)

extern const struct layout_member layout_members[LAYOUT_MEMBERS];

/* In bytes, or OFFSET_UNKNOWN. */
int layout_member_offset(const struct layout *layout, const struct layout_member *member);

#endif
