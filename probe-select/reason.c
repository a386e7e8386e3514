// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "reason.h"

#include <stdarg.h>
#include <stdio.h>

void reason_set(struct reason *reason, enum why code, const char *format, ...)
{
	va_list args;

	reason->code = code;
	va_start(args, format);
	vsnprintf(reason->text, sizeof(reason->text), format, args);
	va_end(args);
}

const char *why_word(enum why code)
{
	static const char *const words[] = {
#define X(code, word) [WHY_##code] = (word),
		WHY_CODES(X)
#undef X
	};

	return words[code];
}
