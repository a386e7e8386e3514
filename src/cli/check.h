/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What --check and -v tell of the choice: facts, plan, reasons, layout. */
#ifndef TCPLIFE_CHECK_H
#define TCPLIFE_CHECK_H

#include <stdio.h>

#include "trace/choice.h"

/* The whole page, for a person. */
void check_print(FILE *out, const struct choice *choice);

/* The same as one JSON object. */
void check_print_json(FILE *out, const struct choice *choice);

/* The choice in a line or two, for -v. */
void check_print_brief(FILE *out, const struct choice *choice);

#endif
