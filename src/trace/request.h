/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The request for tracing. */
#ifndef TCPLIFE_TRACE_REQUEST_H
#define TCPLIFE_TRACE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "probe-select/select.h"
#include "session/scope.h"

/* The pointers are borrowed, and must stay valid until tracing ends. */
struct trace_request {
	const struct scope *scope;
	unsigned asks;	/* what to record of each session: a mask of enum field_asks */
	uint32_t netns; /* only sessions in this network namespace; 0: any. User space checks as
			   well */
	bool existing;	/* also sessions that began before tracing */
	bool open;	/* at the end, also sessions that are still open */

	struct wishes wishes;
	const char *btf_file;  /* for BTF_FILE */
	uint32_t max_sessions; /* 0: derived from the machine's memory */
	uint32_t buffer_kb;    /* 0: likewise */
};

#endif
