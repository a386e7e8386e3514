/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Scripts that let a shell complete our options, made from their table. */
#ifndef TCPLIFE_COMPLETION_H
#define TCPLIFE_COMPLETION_H

#include <stdio.h>

#include "options.h"

/* shell: not COMPLETION_NONE. */
void completion_print(FILE *out, enum options_completion shell);

#endif
