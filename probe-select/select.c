// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "select.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *hook_name(enum hook hook)
{
	static const char *const names[] = {
		[HOOK_TYPED] = "tracepoint (typed)",
		[HOOK_RAW] = "tracepoint (raw)",
		[HOOK_KPROBE] = "kprobe",
	};

	return names[hook];
}

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

/* Why a candidate cannot work; returns false, to be returned at once. */
__attribute__((format(printf, 2, 3))) static bool refuse(struct candidate *c, const char *format,
							 ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->reason, sizeof(c->reason), format, args);
	va_end(args);
	return false;
}

__attribute__((format(printf, 2, 3))) static bool accept_as(struct candidate *c, const char *format,
							    ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->reason, sizeof(c->reason), format, args);
	va_end(args);
	return true;
}

static bool kprobes_offered(const struct facts *f)
{
	return f->kprobe_pmu || f->kprobe_events;
}

static bool typed_usable(struct candidate *c, const struct facts *f, const struct wishes *wishes)
{
	if (wishes->btf == BTF_NONE)
		return refuse(c, "needs the kernel's BTF, and --btf none forbids it");
	if (f->btf_error && f->sys_error)
		return refuse(c,
			      "needs kernel BTF, which stands in /sys, and that cannot be "
			      "read: %s: mount it",
			      strerror(f->sys_error));
	if (f->btf_error == ENOENT)
		return refuse(c, "needs kernel BTF (5.5+ with CONFIG_DEBUG_INFO_BTF), and this "
				 "kernel has none");
	if (f->btf_error)
		return refuse(c, "the kernel's BTF cannot be used: %s", strerror(f->btf_error));
	if (!f->btf_tracepoint)
		return refuse(
			c,
			"the kernel's BTF does not know the tracepoint inet_sock_set_state (5.5+)");
	if (!f->btf_protocol)
		return refuse(c, "sk_protocol is a bit field here (before 5.6), which a typed load "
				 "cannot read");
	if (!c->ring)
		return refuse(c, "needs the BPF ring buffer (5.8+), which %s",
			      f->ring_buffer ? "--transport perf forbids"
					     : "this kernel does not offer");
	c->kernel_btf = true;
	return accept_as(c, "kernel BTF knows the tracepoint; the cheapest path");
}

static bool raw_usable(struct candidate *c, const struct facts *f, const struct wishes *wishes)
{
	if (f->raw_error == EINVAL)
		return refuse(c, "this kernel has no raw tracepoints (4.17+)");
	if (f->raw_error)
		return refuse(c, "raw tracepoints cannot be used: %s", strerror(f->raw_error));
	c->kernel_btf = wishes->btf == BTF_AUTO && !f->btf_error;
	return accept_as(c, "raw tracepoints work (4.17+); layout by %s",
			 wishes->btf == BTF_FILE ? "the BTF file"
			 : c->kernel_btf	 ? "kernel BTF"
						 : "discovery");
}

static bool kprobe_usable(struct candidate *c, const struct facts *f, const struct wishes *wishes)
{
	if (!kprobes_offered(f) && f->tracefs_error == ENODEV)
		return refuse(c, "this kernel has neither the kprobe PMU (4.17+) nor tracefs, "
				 "which takes kprobes before that (CONFIG_KPROBE_EVENTS)");
	if (!kprobes_offered(f) && f->tracefs_error)
		return refuse(c, "no kprobe PMU (4.17+), and tracefs cannot be reached: %s",
			      strerror(f->tracefs_error));
	if (!kprobes_offered(f))
		return refuse(c,
			      "this kernel has no kprobes (CONFIG_KPROBES, CONFIG_KPROBE_EVENTS)");
	c->kernel_btf = wishes->btf == BTF_AUTO && !f->btf_error;
	return accept_as(c, "bpf(2) and kprobes are all it needs; layout by %s",
			 wishes->btf == BTF_FILE ? "the BTF file"
			 : c->kernel_btf	 ? "kernel BTF"
						 : "discovery");
}

static const struct {
	bool (*usable)(struct candidate *c, const struct facts *f, const struct wishes *wishes);
	bool wished[PROBE_KPROBE + 1]; /* by probe_wish */
} hooks[HOOKS] = {
	[HOOK_TYPED] = { typed_usable,
			 { [PROBE_AUTO] = 1, [PROBE_TRACEPOINT] = 1, [PROBE_TYPED] = 1 } },
	[HOOK_RAW] = { raw_usable, { [PROBE_AUTO] = 1, [PROBE_TRACEPOINT] = 1, [PROBE_RAW] = 1 } },
	[HOOK_KPROBE] = { kprobe_usable, { [PROBE_AUTO] = 1, [PROBE_KPROBE] = 1 } },
};

/* Ubuntu 4.4.0-119 to -126: any BPF map look-up can panic (LP#1763454). */
static bool panics(const struct facts *f)
{
	int abi = 0;

	if (sscanf(f->release, "4.4.0-%d-", &abi) != 1)
		return false;
	return abi >= 119 && abi <= 126;
}

/* What rules out every path at once; empty if nothing does. */
static void refuse_all(struct plan *plan, const struct facts *f, const struct wishes *wishes)
{
	char *why = plan->refusal;
	const size_t size = sizeof(plan->refusal);

	*why = 0;
	if (panics(f))
		snprintf(why, size,
			 "kernel %s panics in BPF map look-ups (Ubuntu bug 1763454): update it to "
			 "4.4.0-127 or later",
			 f->release);
	else if (f->bpf_error == ENOSYS)
		snprintf(why, size,
			 "this kernel (%s) has no bpf(2), by which tcplife traces: boot one that "
			 "is built with CONFIG_BPF_SYSCALL",
			 f->release);
	else if (f->cap_bpf != f->cap_perfmon)
		snprintf(why, size,
			 "tracing needs %s beside %s: add it (setcap, setpriv, "
			 "AmbientCapabilities=), or run it with sudo",
			 f->cap_bpf ? "CAP_PERFMON" : "CAP_BPF",
			 f->cap_bpf ? "CAP_BPF" : "CAP_PERFMON");
	else if (!f->cap_bpf)
		snprintf(why, size,
			 "tracing needs root, or CAP_BPF and CAP_PERFMON on 5.8 and later: run it "
			 "with sudo, a container with --privileged");
	else if (f->lockdown == LOCKDOWN_CONFIDENTIALITY)
		snprintf(why, size,
			 "kernel lockdown is at 'confidentiality', which forbids BPF to read "
			 "kernel memory: boot with lockdown=integrity or less");
	else if (f->proc_error)
		snprintf(why, size, "/proc cannot be read: %s: mount it (mount -t proc proc /proc)",
			 strerror(f->proc_error));
	else if (f->sys_error && (!f->ring_buffer || wishes->btf != BTF_FILE))
		snprintf(why, size, "/sys cannot be read: %s: mount it (mount -t sysfs sysfs /sys)",
			 strerror(f->sys_error));
	else if (f->bpf_error == EMFILE || f->bpf_error == ENFILE)
		snprintf(why, size, "bpf(2): %s: allow more open files with ulimit -n",
			 strerror(f->bpf_error));
	else if (f->bpf_error)
		snprintf(why, size,
			 "bpf(2) is refused (%s) even so: a container's seccomp profile or a "
			 "security module forbids it; run it on the host, or the container with "
			 "--privileged",
			 strerror(f->bpf_error));
	else if (wishes->transport == TRANSPORT_RING && !f->ring_buffer)
		snprintf(why, size,
			 "kernel %s has no BPF ring buffer (5.8+): leave out --transport ring",
			 f->release);
}

static enum accept_hook accept_of(const struct candidate *c, const struct facts *facts,
				  const struct wishes *wishes)
{
	if (wishes->accept == ACCEPT_AUTO && c->ring && wishes->btf != BTF_NONE &&
	    !facts->btf_error && !facts->fexit_error)
		return ACCEPT_FEXIT;
	if (wishes->accept == ACCEPT_AUTO && kprobes_offered(facts))
		return ACCEPT_KRETPROBE;
	return c->hook == HOOK_KPROBE ? ACCEPT_NONE : ACCEPT_DESTROY;
}

void select_plan(struct plan *plan, const struct facts *facts, const struct wishes *wishes)
{
	memset(plan, 0, sizeof(*plan));
	refuse_all(plan, facts, wishes);
	for (int i = 0; i < HOOKS; i++) {
		struct candidate *c = &plan->candidates[i];

		c->hook = (enum hook)i;
		c->ring = facts->ring_buffer && wishes->transport != TRANSPORT_PERF;
		c->asked = hooks[i].wished[wishes->probe];
		c->usable = hooks[i].usable(c, facts, wishes) && c->asked && !*plan->refusal;
		if (!c->asked)
			refuse(c, "not asked for by --probe");
		c->accept = accept_of(c, facts, wishes);
	}
}

struct candidate *plan_next(struct plan *plan, int index)
{
	for (; index < HOOKS; index++)
		if (plan->candidates[index].usable)
			return &plan->candidates[index];
	return NULL;
}
