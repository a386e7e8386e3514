/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Goes down the plan until a candidate really loads and attaches, and keeps why the others did not.
 */
#ifndef TCPLIFE_CHOICE_H
#define TCPLIFE_CHOICE_H

#include "probe-select/facts.h"
#include "probe-select/layout.h"
#include "reader.h"
#include "request.h"
#include "probe-select/select.h"
#include "tracer.h"

struct choice {
	struct trace_request request;
	struct facts facts;
	struct sources sources;
	struct plan plan;
	struct layout layout;	  /* of the chosen candidate */
	char layout_why[256];	  /* what discovery could not do; "" if nothing */
	bool busy;		  /* the machine was, too much for discovery */
	struct candidate *chosen; /* in the plan; NULL: none works */
	struct tracer *tracer;	  /* NULL: none works */
};

/* Gathers, plans, loads and attaches. False: nothing works; choice_why() says why. */
bool choice_make(struct choice *choice, const struct trace_request *request);

/* One line: cause and remedy, when nothing works. */
void choice_why(const struct choice *choice, char *why, size_t size);

/* What the records of the chosen candidate can tell: a mask of enum session_knowledge. */
uint64_t choice_known(const struct choice *choice);

/* Takes away what only the choosing needed. It lets the kernel wait for all CPUs, so it is put off
 * until the first records can be read. */
void choice_settle(void);

/* Stops tracing and frees. */
void choice_free(struct choice *choice);

#endif
