/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is linked into this binary. */
#ifndef TCPLIFE_COMPONENTS_H
#define TCPLIFE_COMPONENTS_H

#include <stdio.h>

/* A line each: name, version, sha256 (of the source; of musl and libgcc, of the archive), licence.
 */
void components_print(FILE *out);

#endif
