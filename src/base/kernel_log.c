// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel_log.h"

#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "message.h"

static bool shown;

static int on_print(enum libbpf_print_level level, const char *format, va_list args)
{
	if (!shown || level == LIBBPF_DEBUG)
		return 0;
	/* static/thin took the lines out on purpose. */
	if (strstr(format, "missing .BTF.ext line info"))
		return 0;
	return vfprintf(message_stream(), format, args);
}

void kernel_log_start(bool verbose)
{
	shown = verbose;
	libbpf_set_print(on_print);
}
