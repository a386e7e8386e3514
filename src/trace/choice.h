/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tries the candidates of the plan until one loads and attaches, and keeps why the others did not.
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
	enum why first_failure;	  /* of the first candidate that was tried in vain */
	bool busy;		  /* the machine was too busy for discovery */
	struct candidate *chosen; /* in the plan; NULL if none works */
	struct tracer *tracer;	  /* NULL if none works */
};

/*
 * Gathers facts, plans, loads and attaches. Returns false if nothing works; then choice_why() says
 * why. Free it with choice_free() in either case.
 */
bool choice_make(struct choice *choice, const struct trace_request *request);

/* Writes one line with the cause and the remedy, if nothing works. */
void choice_why(const struct choice *choice, char *why, size_t size);
/*
 * The same as a code. If each candidate has a reason of its own, it is that of the first one that
 * was worth a try, else that of the one that needs least.
 */
enum why choice_why_code(const struct choice *choice);

/* What the chosen candidate's records contain: a mask of enum session_knowledge. */
uint64_t choice_known(const struct choice *choice);

/*
 * Removes what only choosing needed. The kernel waits for all CPUs on that, so call it once records
 * can be read.
 */
void choice_settle(void);

/* Stops tracing and frees everything. */
void choice_free(struct choice *choice);

#endif
