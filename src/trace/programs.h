/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The programs of the object that traces: which of them are loaded, and what they are attached to.
 */
#ifndef TCPLIFE_TRACE_PROGRAMS_H
#define TCPLIFE_TRACE_PROGRAMS_H

#include <stdbool.h>

struct attachment;
struct bpf_object;
struct bpf_program;
struct tracer_request;

/* The programs are borrowed from the object. */
struct programs {
	struct bpf_program *change; /* told of each state change */
	struct bpf_program *second; /* takes what `change` misses; NULL: there is none */
	struct bpf_program *accept; /* NULL: nobody asks who accepts */
	struct attachment *change_attached, *second_attached, *accept_attached;
};

/* Before the object is loaded: picks what is to be loaded of it. Returns 0 or -errno. */
int programs_pick(struct programs *programs, struct bpf_object *object,
		  const struct tracer_request *request);

/* Once it is loaded; the accept hook first. Each returns 0 or -errno. */
int programs_attach_accept(struct programs *programs, const struct tracer_request *request);
int programs_attach_change(struct programs *programs, const struct tracer_request *request);

/*
 * Detaches what is attached. When it returns, no program runs any more: it waits for those that run
 * on other CPUs, some milliseconds.
 */
void programs_detach(struct programs *programs);

#endif
