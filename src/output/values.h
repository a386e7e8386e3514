/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the value of a field is written: in JSON, and in a cell of a table or of CSV. */
#ifndef TCPLIFE_VALUES_H
#define TCPLIFE_VALUES_H

#include <stddef.h>

#include "base/text.h"
#include "session/fields.h"

/* The value in JSON; null if it is unknown. */
void value_put_json(struct text *t, const struct field *f, const struct session *s);
/*
 * The value in a cell, in the unit of the field's column; "-" if it is unknown. columns: what a
 * name is cut to. Not for VALUE_CLOCK and VALUE_SECONDS, which depend on the sessions before.
 */
void value_put_cell(struct text *t, const struct field *f, const struct session *s, size_t columns);

#endif
