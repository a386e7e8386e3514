/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Table of all members that a layout knows. Private to layout.c and layout_btf.c. */
#ifndef TCPLIFE_LAYOUT_MEMBERS_H
#define TCPLIFE_LAYOUT_MEMBERS_H

#include "layout.h"

#define LAYOUT_STRUCTURE_BYTES 8192 /* larger than any such struct in any configuration */

/* A member of a struct, by its path in BTF. */
struct layout_member {
	const char *structure;
	const char *path;
	int bytes;
	size_t at; /* where its offset is in struct layout */
};

/* The fields in order, then the typed ones. */
#define LAYOUT_MEMBERS ((size_t)LAYOUT_FIELD_COUNT + TYPED_FIELD_COUNT)

extern const struct layout_member layout_members[LAYOUT_MEMBERS];

/* Returns bytes, or OFFSET_UNKNOWN. */
int layout_member_offset(const struct layout *layout, const struct layout_member *member);

#endif
