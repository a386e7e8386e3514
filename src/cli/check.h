/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How --check and -v present the choice: facts, plan, reasons, layout. */
#ifndef TCPLIFE_CHECK_H
#define TCPLIFE_CHECK_H

#include <stdio.h>

#include "trace/choice.h"

/* Prints the whole page for a person. */
void check_print(FILE *out, const struct choice *choice);

/* Prints the same as one JSON object. */
void check_print_json(FILE *out, const struct choice *choice);

/* Prints parts of it: what was planned, and in one line what was chosen, if something was. */
void check_print_plan(FILE *out, const struct choice *choice);
void check_print_chosen(FILE *out, const struct choice *choice);

/* Prints the choice in one or two lines, for -v. */
void check_print_brief(FILE *out, const struct choice *choice);

#endif
