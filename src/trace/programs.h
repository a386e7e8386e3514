/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The programs of the tracing object: which ones to load, and what to attach them to. */
#ifndef TCPLIFE_TRACE_PROGRAMS_H
#define TCPLIFE_TRACE_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "probe-select/hook.h"

struct attachment;
struct bpf_object;
struct bpf_program;
struct tracer_request;

/* The programs are borrowed from the object. */
struct programs {
	struct bpf_program *change; /* sees each state change */
	/* Each handles what those before it miss; NULL: not needed. */
	struct bpf_program *further[HOOK_FURTHER];
	struct bpf_program *accept;	   /* NULL: no accept hook */
	struct bpf_program *accept_second; /* handles what `accept` misses; NULL: not needed */
	struct attachment *change_attached, *further_attached[HOOK_FURTHER];
	struct attachment *accept_attached, *accept_second_attached;
};

/* Call it before loading: chooses the programs to load. Returns 0 or -errno. */
int programs_pick(struct programs *programs, struct bpf_object *object,
		  const struct tracer_request *request);

/* Call them after loading, the accept hook first. Each returns 0 or -errno. */
int programs_attach_accept(struct programs *programs, const struct tracer_request *request);
int programs_attach_change(struct programs *programs, const struct tracer_request *request);

/*
 * How often the kernel may have skipped the accept hook, because its programs were already running
 * on that CPU in tasks that were preempted; 0 if it does not say (before 5.12). by_second: how
 * often the second program did the first one's work.
 */
uint64_t programs_accept_skipped(const struct programs *programs, uint64_t by_second);

/*
 * Detaches all programs. On return none is running any more; waits some milliseconds for other
 * CPUs.
 */
void programs_detach(struct programs *programs);

#endif
