/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Writes the values of fields in JSON and in cells of the table and CSV. */
#ifndef TCPLIFE_VALUES_H
#define TCPLIFE_VALUES_H

#include <stddef.h>

#include "base/text.h"
#include "session/fields.h"

/* Writes the value in JSON, or null if unknown. */
void value_put_json(struct text *t, const struct field *f, const struct session *s);
/*
 * Writes the value as a cell in the column's unit, or "-" if unknown. columns: the width to which
 * names are truncated. Not for VALUE_CLOCK and VALUE_SECONDS, which depend on earlier sessions.
 */
void value_put_cell(struct text *t, const struct field *f, const struct session *s, size_t columns);

#endif
