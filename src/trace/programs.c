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
#include "probe-select/facts.h"
#include "probe-select/hook.h"
#include "tracer.h"

#define ACCEPT_POINT  "inet_csk_accept"
#define DESTROY_POINT "tcp_destroy_sock"
#define END_MS	      20 /* a program runs for microseconds */

/* The program of the candidate's accept hook; NULL: none. second: the one for what it misses. */
static const char *accept_program(const struct tracer_request *request, bool second)
{
	if (second &&
	    (request->candidate->accept != ACCEPT_FEXIT || !request->facts->misses_counted))
		return NULL;
	switch (request->candidate->accept) {
	case ACCEPT_FEXIT:
		if (request->sources->kernel.accept_args == 2)
			return second ? "accept_fexit_2_second" : "accept_fexit_2";
		return second ? "accept_fexit_4_second" : "accept_fexit_4";
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

/*
 * How many programs must stand by for changes that the kernel does not show the first one. Kernels
 * that may skip a program also count that. Where programs are preemptible, no two are enough.
 */
static size_t further_count(const struct facts *facts)
{
	if (!facts->misses_counted)
		return 0;
	return facts->version >= KERNEL_VERSION_CODE(6, 18, 0) ? HOOK_FURTHER : 1;
}

static bool is_further(const struct programs *programs, const struct bpf_program *program)
{
	for (size_t i = 0; i < HOOK_FURTHER; i++)
		if (programs->further[i] == program)
			return true;
	return false;
}

int programs_pick(struct programs *programs, struct bpf_object *object,
		  const struct tracer_request *request)
{
	const struct candidate *candidate = request->candidate;
	const struct known_insns known = insns_known(request->facts->exchange, candidate->ring);
	const struct bpf_program *audit = find(object, AUDIT_PROGRAM);
	struct bpf_program *program;
	int result;

	programs->change = find(object, candidate->hook->change);
	programs->accept = find(object, accept_program(request, false));
	programs->accept_second = find(object, accept_program(request, true));
	for (size_t i = 0; i < further_count(request->facts); i++)
		programs->further[i] = find(object, candidate->hook->further[i]);
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(
			program, program == programs->change || is_further(programs, program) ||
					 program == programs->accept ||
					 program == programs->accept_second || program == audit);

	result = insns_drop_unknown(programs->change, &known);
	for (size_t i = 0; i < HOOK_FURTHER && !result; i++)
		result = insns_drop_unknown(programs->further[i], &known);
	if (!result)
		result = insns_drop_unknown(programs->accept, &known);
	if (!result)
		result = insns_drop_unknown(programs->accept_second, &known);
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
	for (size_t i = 0; i < HOOK_FURTHER && programs->further[i]; i++) {
		programs->further_attached[i] = attach(request, programs->further[i], point);
		if (!programs->further_attached[i])
			return -errno;
	}
	return 0;
}

int programs_attach_accept(struct programs *programs, const struct tracer_request *request)
{
	switch (request->candidate->accept) {
	case ACCEPT_FEXIT:
		/* The kernel runs the program that was attached last first. */
		if (programs->accept_second) {
			programs->accept_second_attached =
				attachment_typed(programs->accept_second);
			if (!programs->accept_second_attached)
				return -errno;
		}
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

static uint64_t skipped(const struct bpf_program *program)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	if (!program || bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
		return 0;
	return info.recursion_misses;
}

uint64_t programs_accept_skipped(const struct programs *programs, uint64_t by_second)
{
	const uint64_t first = skipped(programs->accept), second = skipped(programs->accept_second);
	uint64_t left = first;

	if (!programs->accept_second)
		return first;
	/* It handles more only if the kernel runs it first. */
	if (by_second <= first)
		left -= by_second;
	return left < second ? left : second;
}

void programs_detach(struct programs *programs)
{
	attachment_close(programs->change_attached);
	for (size_t i = 0; i < HOOK_FURTHER; i++) {
		attachment_close(programs->further_attached[i]);
		programs->further_attached[i] = NULL;
	}
	attachment_close(programs->accept_second_attached);
	attachment_close(programs->accept_attached);
	programs->change_attached = NULL;
	programs->accept_attached = programs->accept_second_attached = NULL;
	/*
	 * An RCU grace period, after which no program runs on any CPU (4.3). Where membarrier is
	 * refused (nohz_full), waiting must do.
	 */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0))
		poll(NULL, 0, END_MS);
}
