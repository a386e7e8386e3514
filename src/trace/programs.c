// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "programs.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "audit.h"
#include "base/insns.h"
#include "probe-select/attachment.h"
#include "probe-select/hook.h"
#include "tracer.h"

#define ACCEPT_POINT  "inet_csk_accept"
#define DESTROY_POINT "tcp_destroy_sock"
#define END_MS	      20 /* a program runs for microseconds */

/* The program of the candidate's accept hook; NULL: none. */
static const char *accept_program(const struct tracer_request *request)
{
	switch (request->candidate->accept) {
	case ACCEPT_FEXIT:
		return request->sources->kernel.accept_args == 2 ? "accept_fexit_2"
								 : "accept_fexit_4";
	case ACCEPT_KRETPROBE:
		return "accept_kretprobe";
	case ACCEPT_DESTROY:
		return request->candidate->hook->destroy;
	default:
		return NULL;
	}
}

/* name: NULL if no program is wanted. */
static struct bpf_program *find(const struct bpf_object *object, const char *name)
{
	return name ? bpf_object__find_program_by_name(object, name) : NULL;
}

int programs_pick(struct programs *programs, struct bpf_object *object,
		  const struct tracer_request *request)
{
	const struct candidate *candidate = request->candidate;
	const struct known_insns known = insns_known(request->facts->exchange, candidate->ring);
	const struct bpf_program *audit =
		find(object, candidate->ring ? AUDIT_PROGRAM_RING : AUDIT_PROGRAM_PERF);
	struct bpf_program *program;
	int result;

	programs->change = find(object, candidate->hook->change);
	programs->accept = find(object, accept_program(request));
	/* Kernels that may skip a program also count that. */
	programs->second =
		request->facts->misses_counted ? find(object, candidate->hook->second) : NULL;
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(
			program, program == programs->change || program == programs->second ||
					 program == programs->accept || program == audit);

	result = insns_drop_unknown(programs->change, &known);
	if (!result)
		result = insns_drop_unknown(programs->second, &known);
	if (!result)
		result = insns_drop_unknown(programs->accept, &known);
	return result;
}

static struct attachment *attach(const struct tracer_request *request,
				 const struct bpf_program *program, const char *point)
{
	return request->candidate->hook->attach(program, point, request->facts, request->sources);
}

int programs_attach_change(struct programs *programs, const struct tracer_request *request)
{
	const char *point = request->candidate->hook->point;

	programs->change_attached = attach(request, programs->change, point);
	if (!programs->change_attached)
		return -errno;
	if (!programs->second)
		return 0;
	programs->second_attached = attach(request, programs->second, point);
	return programs->second_attached ? 0 : -errno;
}

int programs_attach_accept(struct programs *programs, const struct tracer_request *request)
{
	switch (request->candidate->accept) {
	case ACCEPT_FEXIT:
		programs->accept_attached = attachment_typed(programs->accept);
		break;
	case ACCEPT_KRETPROBE:
		programs->accept_attached = attachment_kprobe(programs->accept, ACCEPT_POINT, true,
							      request->facts, request->sources);
		break;
	case ACCEPT_DESTROY:
		programs->accept_attached = attach(request, programs->accept, DESTROY_POINT);
		break;
	default:
		return 0;
	}
	return programs->accept_attached ? 0 : -errno;
}

uint64_t programs_accept_skipped(const struct programs *programs)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	if (!programs->accept ||
	    bpf_obj_get_info_by_fd(bpf_program__fd(programs->accept), &info, &size))
		return 0;
	return info.recursion_misses;
}

void programs_detach(struct programs *programs)
{
	attachment_close(programs->change_attached);
	attachment_close(programs->second_attached);
	attachment_close(programs->accept_attached);
	programs->change_attached = programs->second_attached = programs->accept_attached = NULL;
	/*
	 * An RCU grace period, after which no program runs on any CPU (4.3). Where membarrier is
	 * refused (nohz_full), waiting must do.
	 */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0))
		poll(NULL, 0, END_MS);
}
