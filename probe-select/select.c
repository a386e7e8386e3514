// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "select.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *accept_name(enum accept_hook accept)
{
	static const char *const names[] = {
		[ACCEPT_NONE] = "none",
		[ACCEPT_FEXIT] = "fexit",
		[ACCEPT_KRETPROBE] = "kretprobe",
		[ACCEPT_DESTROY] = "tcp_destroy_sock",
	};

	return names[accept];
}

const char *candidate_layout(const struct candidate *candidate, const struct wishes *wishes)
{
	if (wishes->btf == BTF_FILE)
		return "the BTF file";
	return candidate->kernel_btf ? "kernel BTF" : "discovery";
}

/* Ubuntu 4.4.0-119 to -126: any BPF map lookup can panic (LP#1763454). */
static bool panics(const struct facts *f)
{
	int abi = 0;

	if (sscanf(f->release, "4.4.0-%d-", &abi) != 1)
		return false;
	return abi >= 119 && abi <= 126;
}

/* Sets the refusal if nothing can work here. */
static void refuse_all(struct reason *why, const struct facts *f, const struct wishes *wishes)
{
	if (panics(f))
		reason_set(
			why, WHY_KERNEL_BUG,
			"kernel %s panics in BPF map look-ups (Ubuntu bug 1763454): update it to "
			"4.4.0-127 or later",
			f->release);
	else if (f->bpf_error == ENOSYS)
		reason_set(why, WHY_NO_BPF,
			   "this kernel (%s) has no bpf(2), which tcplife needs: boot one built "
			   "with CONFIG_BPF_SYSCALL",
			   f->release);
	else if (f->cap_bpf != f->cap_perfmon)
		reason_set(why, WHY_NOT_PERMITTED,
			   "tracing needs %s as well as %s: add it (setcap, setpriv, "
			   "AmbientCapabilities=), or run it with sudo",
			   f->cap_bpf ? "CAP_PERFMON" : "CAP_BPF",
			   f->cap_bpf ? "CAP_BPF" : "CAP_PERFMON");
	else if (!f->cap_bpf)
		reason_set(why, WHY_NOT_PERMITTED,
			   "tracing needs root, or CAP_BPF and CAP_PERFMON on 5.8 and later: run "
			   "it with sudo, or in a container with --privileged");
	else if (f->lockdown == LOCKDOWN_CONFIDENTIALITY)
		reason_set(why, WHY_LOCKDOWN,
			   "kernel lockdown is at 'confidentiality', which forbids BPF to read "
			   "kernel memory: boot with lockdown=integrity or less");
	else if (f->proc_error)
		reason_set(why, WHY_NO_PROC,
			   "/proc cannot be read: %s: mount it (mount -t proc proc /proc)",
			   strerror(f->proc_error));
	else if (f->sys_error && (!f->ring_buffer || wishes->btf != BTF_FILE))
		reason_set(why, WHY_NO_SYS,
			   "/sys cannot be read: %s: mount it (mount -t sysfs sysfs /sys)",
			   strerror(f->sys_error));
	else if (f->bpf_error == EMFILE || f->bpf_error == ENFILE)
		reason_set(why, WHY_TOO_MANY_FILES,
			   "bpf(2): %s: allow more open files with ulimit -n",
			   strerror(f->bpf_error));
	else if (f->bpf_error)
		reason_set(why, WHY_FORBIDDEN,
			   "bpf(2) is refused (%s) in spite of that: a container's seccomp profile "
			   "or a security module forbids it; run the container with --security-opt "
			   "seccomp=unconfined or --privileged, or run it on the host",
			   strerror(f->bpf_error));
	else if (wishes->transport == TRANSPORT_RING && !f->ring_buffer)
		reason_set(why, WHY_NO_RING_BUFFER,
			   "kernel %s has no BPF ring buffer (5.8+): leave out --transport ring",
			   f->release);
}

static enum accept_hook accept_of(const struct candidate *c, const struct facts *facts,
				  const struct wishes *wishes)
{
	if (wishes->accept == ACCEPT_AUTO && c->ring && wishes->btf != BTF_NONE &&
	    !facts->btf_error && !facts->fexit_error)
		return ACCEPT_FEXIT;
	if (wishes->accept == ACCEPT_AUTO && facts_have_kprobes(facts))
		return ACCEPT_KRETPROBE;
	return c->hook->destroy ? ACCEPT_DESTROY : ACCEPT_NONE;
}

void select_plan(struct plan *plan, const struct facts *facts, const struct wishes *wishes)
{
	memset(plan, 0, sizeof(*plan));
	refuse_all(&plan->refusal, facts, wishes);
	for (int i = 0; i < HOOK_COUNT; i++) {
		struct candidate *c = &plan->candidates[i];

		c->hook = hooks[i];
		c->ring = facts->ring_buffer && wishes->transport != TRANSPORT_PERF;
		c->kernel_btf = c->hook->typed || (wishes->btf == BTF_AUTO && !facts->btf_error);
		c->asked = hook_is_allowed(c->hook, wishes->probe);
		c->hook->judge(c, facts, wishes);
		if (!c->asked)
			reason_set(&c->reason, WHY_NOT_ASKED_FOR, "not asked for by --probe");
		if (!c->reason.code)
			c->reason.code = plan->refusal.code;
		c->accept = accept_of(c, facts, wishes);
	}
}

struct candidate *plan_next(struct plan *plan, const struct candidate *previous)
{
	struct candidate *end = plan->candidates + HOOK_COUNT;

	for (struct candidate *c = plan->candidates; c < end; c++)
		if (!c->reason.code && (!previous || c > previous))
			return c;
	return NULL;
}
