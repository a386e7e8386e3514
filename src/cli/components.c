// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "components.h"

/* static/components wrote them. */
__asm__(".pushsection .rodata\ncomponents: .incbin \"components\"\n.byte 0\n.popsection\n");
extern const char components[];

void components_print(FILE *out)
{
	fputs(components, out);
}
