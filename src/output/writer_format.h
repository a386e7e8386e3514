/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The interface of session formats. Each format is one file. */
#ifndef TCPLIFE_WRITER_FORMAT_H
#define TCPLIFE_WRITER_FORMAT_H

#include "columns.h"
#include "session/session.h"
#include "base/text.h"

struct writer_format {
	void (*header)(struct text *t, const struct columns *c); /* NULL: no header */
	void (*row)(struct text *t, struct columns *c, const struct session *s);
};

extern const struct writer_format writer_table;
extern const struct writer_format writer_csv;
extern const struct writer_format writer_json;

/* Quotes and escapes the name that was written since `from`, as CSV needs it. */
void csv_end_name(struct text *t, size_t from);

#endif
