/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which build this is. */
#ifndef TCPLIFE_VERSION_H
#define TCPLIFE_VERSION_H

#include <stdbool.h>
#include <stdio.h>

#define TCPLIFE_VERSION "1.0.0"

/*
 * Prints the version, and the commit or tarball that it was built from. all: also the compilers,
 * and what is linked in, a line each: name, version, sha256 (of the source; of musl and libgcc, of
 * the archive), licence.
 */
void version_print(FILE *out, bool all);

#endif
