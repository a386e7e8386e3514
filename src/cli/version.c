// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "version.h"

#include <string.h>

/*
 * static/note writes `built`, whose first line is the commit; static/components writes
 * `components`.
 */
__asm__(".pushsection .rodata\n"
	"built: .incbin \"built\"\n.byte 0\n"
	"components: .incbin \"components\"\n.byte 0\n"
	".popsection\n");
extern const char built[];
extern const char components[];

void version_print(FILE *out, bool all)
{
	const char *compilers = strchr(built, '\n') + 1;

	fprintf(out, "tcplife %s (%.*s)\n", TCPLIFE_VERSION, (int)(compilers - built - 1), built);
	if (all)
		fprintf(out, "%s%s", compilers, components);
}
