/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Identifies the build. */
#ifndef TCPLIFE_VERSION_H
#define TCPLIFE_VERSION_H

#include <stdbool.h>
#include <stdio.h>

#define TCPLIFE_VERSION "1.0.0"

/*
 * Prints the version, and the commit or tarball it was built from. all: also prints the compilers
 * and, one per line, the linked components: name, version, sha256 (of the source, or of the archive
 * for musl and libgcc), licence.
 */
void version_print(FILE *out, bool all);

#endif
