/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What tracing is asked for. */
#ifndef TCPLIFE_TRACE_REQUEST_H
#define TCPLIFE_TRACE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "probe-select/select.h"
#include "session/scope.h"

/* The pointers are borrowed, and must stay valid until tracing has ended. */
struct trace_request {
	const struct scope *scope;
	unsigned asks; /* what to note of each session: a mask of enum field_asks */
	bool existing; /* also sessions older than the tracer */
	bool open;     /* also, at the end, sessions that are still open */

	struct wishes wishes;
	const char *btf_file;  /* with BTF_FILE */
	uint32_t max_sessions; /* 0: by the machine's memory */
	uint32_t buffer_kb;    /* likewise */
};

#endif
