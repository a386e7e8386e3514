/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel side's configuration, from the request and from what this kernel can tell. */
#ifndef TCPLIFE_TRACE_SETTINGS_H
#define TCPLIFE_TRACE_SETTINGS_H

#include "bpf/config.h"

struct limits;
struct tracer_request;

struct config settings_for(const struct tracer_request *request, const struct limits *limits);

#endif
