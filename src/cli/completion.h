/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shell completion scripts, made from the table of options. */
#ifndef TCPLIFE_COMPLETION_H
#define TCPLIFE_COMPLETION_H

#include <stdio.h>

#include "options.h"

/* shell: anything but COMPLETION_NONE. */
void completion_print(FILE *out, enum options_completion shell);

#endif
