// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The choice of a hook on various machines, as a table. */
#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "probe-select/select.h"

#define NOTHING NULL /* no hook is usable */

struct machine {
	const char *name;
	struct facts facts;
	struct wishes wishes;
	/* the expected result */
	const struct hook_ops *first;
	bool ring;
	bool kernel_btf;
	enum accept_hook accept;
	const char *reasons[HOOK_COUNT]; /* a part of each candidate's reason; NULL: any */
	enum why codes[HOOK_COUNT];	 /* each candidate's code; all WHY_NOTHING: any */
	const char *refusal;		 /* a part of the refusal; NULL: no refusal */
	enum why refusal_code;
};

#define ROOT		  .cap_bpf = true, .cap_perfmon = true, .cap_sys_admin = true
#define TRACEFS		  .kprobe_events = true
#define NO_RAW		  .raw_error = EINVAL
#define NO_BTF		  .btf_error = ENOENT
#define BTF_56		  .btf_tracepoint = true, .btf_protocol = true
#define PMU		  .kprobe_pmu = 6
#define RELEASE(r)	  .release = (r)
#define NO_TRACEFS(error) .tracefs_error = (error)

static const struct machine machines[] = {
	{
		.name = "RHEL 7.9, 3.10 with bpf(2) and the kprobe PMU of later kernels",
		.facts = { ROOT, TRACEFS, PMU, NO_RAW, NO_BTF, RELEASE("3.10.0-1160.el7.x86_64") },
		.first = &hook_kprobe,
		.accept = ACCEPT_KRETPROBE,
		.reasons = { "this kernel has none", "no raw tracepoints", "bpf(2) and kprobes" },
		.codes = { WHY_NO_BTF, WHY_NO_HOOK, WHY_NOTHING },
	},
	{
		.name = "RHEL 7.6, 3.10 without that PMU, whose kprobes are in debugfs",
		.facts = { ROOT, TRACEFS, NO_RAW, NO_BTF, RELEASE("3.10.0-957.el7.x86_64") },
		.first = &hook_kprobe,
		.accept = ACCEPT_KRETPROBE,
	},
	{
		.name = "RHEL 7.6 whose debugfs may not be mounted",
		.facts = { ROOT, NO_TRACEFS(EPERM), NO_RAW, NO_BTF,
			   RELEASE("3.10.0-957.el7.x86_64") },
		.first = NOTHING,
		.reasons = { NULL, NULL, "tracefs cannot be reached: Operation not permitted" },
		.codes = { WHY_NO_BTF, WHY_NO_HOOK, WHY_NO_TRACEFS },
	},
	{
		.name = "RHEL 7.4, 3.10 before bpf(2)",
		.facts = { ROOT, TRACEFS, NO_RAW, NO_BTF, .bpf_error = ENOSYS,
			   RELEASE("3.10.0-693.el7.x86_64") },
		.first = NOTHING,
		.accept = ACCEPT_KRETPROBE,
		.refusal = "this kernel (3.10.0-693.el7.x86_64) has no bpf(2)",
		.refusal_code = WHY_NO_BPF,
	},
	{
		.name = "4.14 with neither tracefs nor the kprobe PMU",
		.facts = { ROOT, NO_TRACEFS(ENODEV), NO_RAW, NO_BTF, RELEASE("4.14.0") },
		.first = NOTHING,
		.reasons = { NULL, NULL, "neither the kprobe PMU (4.17+) nor tracefs" },
		.codes = { WHY_NO_BTF, WHY_NO_HOOK, WHY_NO_HOOK },
	},
	{
		.name = "Ubuntu 16.04, 4.4",
		.facts = { ROOT, TRACEFS, NO_RAW, NO_BTF, RELEASE("4.4.0-210-generic") },
		.first = &hook_kprobe,
		.accept = ACCEPT_KRETPROBE,
		.reasons = { "this kernel has none", "no raw tracepoints (4.17+)", "discovery" },
	},
	{
		.name = "Ubuntu 16.04, 4.4.0-119, which panics",
		.facts = { ROOT, TRACEFS, NO_RAW, NO_BTF, RELEASE("4.4.0-119-generic") },
		.first = NOTHING,
		.accept = ACCEPT_KRETPROBE,
		.refusal = "update it to 4.4.0-127 or later",
		.refusal_code = WHY_KERNEL_BUG,
	},
	{
		.name = "Ubuntu 16.04, 4.4.0-126, the last that panics",
		.facts = { ROOT, TRACEFS, NO_RAW, NO_BTF, RELEASE("4.4.0-126-lowlatency") },
		.first = NOTHING,
		.accept = ACCEPT_KRETPROBE,
		.refusal = "panics in BPF map look-ups",
		.refusal_code = WHY_KERNEL_BUG,
	},
	{
		.name = "Ubuntu 16.04, 4.4.0-127, mended",
		.facts = { ROOT, TRACEFS, NO_RAW, NO_BTF, RELEASE("4.4.0-127-generic") },
		.first = &hook_kprobe,
		.accept = ACCEPT_KRETPROBE,
	},
	{
		.name = "Debian 9, 4.9",
		.facts = { ROOT, TRACEFS, NO_RAW, NO_BTF, RELEASE("4.9.0-19-amd64") },
		.first = &hook_kprobe,
		.accept = ACCEPT_KRETPROBE,
	},
	{
		.name = "Amazon Linux 2, 4.14",
		.facts = { ROOT, TRACEFS, NO_RAW, NO_BTF,
			   RELEASE("4.14.355-275.570.amzn2.x86_64") },
		.first = &hook_kprobe,
		.accept = ACCEPT_KRETPROBE,
	},
	{
		.name = "Ubuntu 18.04, 4.15",
		.facts = { ROOT, TRACEFS, NO_RAW, NO_BTF, RELEASE("4.15.0-213-generic") },
		.first = &hook_kprobe,
		.accept = ACCEPT_KRETPROBE,
	},
	{
		.name = "Debian 10, 4.19",
		.facts = { ROOT, TRACEFS, NO_BTF, PMU, RELEASE("4.19.0-27-amd64") },
		.first = &hook_raw,
		.accept = ACCEPT_KRETPROBE,
		.reasons = { "this kernel has none", "layout by discovery", NULL },
	},
	{
		.name = "RHEL 8, 4.18 with BTF and a ring buffer, sk_protocol a bit field",
		.facts = { ROOT, TRACEFS, PMU, .btf_tracepoint = true, .ring_buffer = true,
			   RELEASE("4.18.0-553.el8_10.x86_64") },
		.first = &hook_raw,
		.ring = true,
		.kernel_btf = true,
		.accept = ACCEPT_FEXIT,
		.reasons = { "bit field", "layout by kernel BTF", "layout by kernel BTF" },
		.codes = { WHY_TOO_OLD, WHY_NOTHING, WHY_NOTHING },
	},
	{
		.name = "RHEL 8, 4.18 before those came",
		.facts = { ROOT, TRACEFS, PMU, NO_BTF, RELEASE("4.18.0-80.el8.x86_64") },
		.first = &hook_raw,
		.accept = ACCEPT_KRETPROBE,
	},
	{
		.name = "RHEL 9, 5.14",
		.facts = { ROOT, TRACEFS, PMU, BTF_56, .ring_buffer = true,
			   RELEASE("5.14.0-427.el9.x86_64") },
		.first = &hook_typed,
		.ring = true,
		.kernel_btf = true,
		.accept = ACCEPT_FEXIT,
	},
	{
		.name = "Ubuntu 20.04, 5.4 without BTF",
		.facts = { ROOT, TRACEFS, PMU, NO_BTF, RELEASE("5.4.0-26-generic") },
		.first = &hook_raw,
		.accept = ACCEPT_KRETPROBE,
		.reasons = { "this kernel has none", "discovery", "discovery" },
	},
	{
		.name = "5.4 with BTF: it does not know the tracepoint",
		.facts = { ROOT, TRACEFS, PMU, RELEASE("5.4.0-100-generic") },
		.first = &hook_raw,
		.kernel_btf = true,
		.accept = ACCEPT_KRETPROBE,
		.reasons = { "does not describe the tracepoint", "kernel BTF", NULL },
		.codes = { WHY_NO_HOOK, WHY_NOTHING, WHY_NOTHING },
	},
	{
		.name = "5.7: all but the ring buffer",
		.facts = { ROOT, TRACEFS, PMU, BTF_56, RELEASE("5.7.19") },
		.first = &hook_raw,
		.kernel_btf = true,
		.accept = ACCEPT_KRETPROBE,
		.reasons = { "ring buffer (5.8+)", NULL, NULL },
		.codes = { WHY_NO_RING_BUFFER, WHY_NOTHING, WHY_NOTHING },
	},
	{
		.name = "Debian 11, 5.10",
		.facts = { ROOT, TRACEFS, PMU, BTF_56, .ring_buffer = true,
			   RELEASE("5.10.0-40-cloud-amd64") },
		.first = &hook_typed,
		.ring = true,
		.kernel_btf = true,
		.accept = ACCEPT_FEXIT,
	},
	{
		.name = "Debian 12, 6.1, --btf none",
		.facts = { ROOT, TRACEFS, PMU, BTF_56, .ring_buffer = true,
			   RELEASE("6.1.0-50-amd64") },
		.wishes.btf = BTF_NONE,
		.first = &hook_raw,
		.ring = true,
		.accept = ACCEPT_KRETPROBE,
		.reasons = { "--btf none forbids it", "discovery", NULL },
		.codes = { WHY_NOT_ASKED_FOR, WHY_NOTHING, WHY_NOTHING },
	},
	{
		.name = "Debian 12, 6.1, --btf FILE",
		.facts = { ROOT, TRACEFS, PMU, NO_BTF, .ring_buffer = true,
			   RELEASE("6.1.0-50-amd64") },
		.wishes.btf = BTF_FILE,
		.first = &hook_raw,
		.ring = true,
		.accept = ACCEPT_KRETPROBE,
		.reasons = { "this kernel has none", "the BTF file", "the BTF file" },
	},
	{
		.name = "6.1, --probe kprobe",
		.facts = { ROOT, TRACEFS, PMU, BTF_56, .ring_buffer = true,
			   RELEASE("6.1.0-50-amd64") },
		.wishes.probe = "kprobe",
		.first = &hook_kprobe,
		.ring = true,
		.kernel_btf = true,
		.accept = ACCEPT_FEXIT,
		.reasons = { "not asked for", "not asked for", NULL },
		.codes = { WHY_NOT_ASKED_FOR, WHY_NOT_ASKED_FOR, WHY_NOTHING },
	},
	{
		.name = "6.12, --probe tracepoint",
		.facts = { ROOT, TRACEFS, PMU, BTF_56, .ring_buffer = true,
			   RELEASE("6.12.95+deb13-cloud-amd64") },
		.wishes.probe = "tracepoint",
		.first = &hook_typed,
		.ring = true,
		.kernel_btf = true,
		.accept = ACCEPT_FEXIT,
		.reasons = { NULL, NULL, "not asked for" },
	},
	{
		.name = "6.1 that forbids BPF trampolines, with kprobes",
		.facts = { ROOT, TRACEFS, PMU, BTF_56, .ring_buffer = true, .fexit_error = EPERM,
			   RELEASE("6.1.0-50-amd64") },
		.first = &hook_typed,
		.ring = true,
		.kernel_btf = true,
		.accept = ACCEPT_KRETPROBE,
	},
	{
		.name = "6.18 without kprobes",
		.facts = { ROOT, BTF_56, .ring_buffer = true, .tracefs_own = true,
			   RELEASE("6.18.0") },
		.first = &hook_typed,
		.ring = true,
		.kernel_btf = true,
		.accept = ACCEPT_FEXIT,
		.reasons = { NULL, NULL, "CONFIG_KPROBES" },
		.codes = { WHY_NOTHING, WHY_NOTHING, WHY_NO_HOOK },
	},
	{
		.name = "6.18 with neither kprobes nor trampolines",
		.facts = { ROOT, BTF_56, .ring_buffer = true, .fexit_error = EPERM,
			   RELEASE("6.18.0") },
		.first = &hook_typed,
		.ring = true,
		.kernel_btf = true,
		.accept = ACCEPT_DESTROY,
		.reasons = { NULL, NULL, "CONFIG_KPROBES" },
	},
	{
		.name = "6.8, --accept close",
		.facts = { ROOT, TRACEFS, PMU, BTF_56, .ring_buffer = true, RELEASE("6.8.0") },
		.wishes.accept = ACCEPT_ON_CLOSE,
		.first = &hook_typed,
		.ring = true,
		.kernel_btf = true,
		.accept = ACCEPT_DESTROY,
	},
	{
		.name = "6.18 without kprobes, --probe kprobe never falls through",
		.facts = { ROOT, BTF_56, .ring_buffer = true, RELEASE("6.18.0") },
		.wishes.probe = "kprobe",
		.first = NOTHING,
		.ring = true,
		.accept = ACCEPT_FEXIT,
		.reasons = { NULL, NULL, "has no kprobes" },
	},
	{
		.name = "6.12, --transport perf",
		.facts = { ROOT, TRACEFS, PMU, BTF_56, .ring_buffer = true, RELEASE("6.12.0") },
		.wishes.transport = TRANSPORT_PERF,
		.first = &hook_raw,
		.kernel_btf = true,
		.accept = ACCEPT_KRETPROBE,
		.reasons = { "--transport perf forbids", NULL, NULL },
		.codes = { WHY_NOT_ASKED_FOR, WHY_NOTHING, WHY_NOTHING },
	},
	{
		.name = "5.4, --transport ring",
		.facts = { ROOT, TRACEFS, PMU, NO_BTF, RELEASE("5.4.0") },
		.wishes.transport = TRANSPORT_RING,
		.first = NOTHING,
		.accept = ACCEPT_KRETPROBE,
		.refusal = "leave out --transport ring",
		.refusal_code = WHY_NO_RING_BUFFER,
	},
	{
		.name = "7.3",
		.facts = { ROOT, TRACEFS, PMU, BTF_56, .ring_buffer = true,
			   RELEASE("7.3.4+deb14-cloud-amd64") },
		.first = &hook_typed,
		.ring = true,
		.kernel_btf = true,
		.accept = ACCEPT_FEXIT,
	},
	{
		.name = "6.1 whose BTF is of a kind that cannot be read",
		.facts = { ROOT, TRACEFS, PMU, .btf_error = EINVAL, .ring_buffer = true,
			   RELEASE("6.1.0") },
		.first = &hook_raw,
		.ring = true,
		.accept = ACCEPT_KRETPROBE,
		.reasons = { "cannot be used", "discovery", NULL },
		.codes = { WHY_BAD_BTF, WHY_NOTHING, WHY_NOTHING },
	},
	{
		.name = "4.19 without tracefs, but with the kprobe PMU",
		.facts = { ROOT, NO_TRACEFS(ENODEV), PMU, NO_BTF, RELEASE("4.19.0") },
		.first = &hook_raw,
		.accept = ACCEPT_KRETPROBE,
		.reasons = { NULL, "raw tracepoints work", "discovery" },
	},
	{
		.name = "4.14 whose tracefs may not be mounted",
		.facts = { ROOT, NO_TRACEFS(EPERM), NO_RAW, NO_BTF, RELEASE("4.14.0") },
		.first = NOTHING,
		.reasons = { NULL, "no raw tracepoints (4.17+)", "no kprobe PMU (4.17+)" },
	},
	{
		.name = "raw tracepoints that are forbidden",
		.facts = { ROOT, TRACEFS, PMU, NO_BTF, .raw_error = EPERM, RELEASE("4.20.0") },
		.first = &hook_kprobe,
		.accept = ACCEPT_KRETPROBE,
		.reasons = { NULL, "cannot be used: Operation not permitted", NULL },
		.codes = { WHY_NO_BTF, WHY_FORBIDDEN, WHY_NOTHING },
	},
	{
		.name = "lockdown integrity",
		.facts = { ROOT, TRACEFS, PMU, BTF_56, .ring_buffer = true,
			   .lockdown = LOCKDOWN_INTEGRITY, RELEASE("6.8.0") },
		.first = &hook_typed,
		.ring = true,
		.kernel_btf = true,
		.accept = ACCEPT_FEXIT,
	},
	{
		.name = "lockdown confidentiality",
		.facts = { ROOT, PMU, BTF_56, .ring_buffer = true,
			   .lockdown = LOCKDOWN_CONFIDENTIALITY, RELEASE("6.8.0") },
		.first = NOTHING,
		.ring = true,
		.accept = ACCEPT_FEXIT,
		.refusal = "'confidentiality'",
		.refusal_code = WHY_LOCKDOWN,
	},
	{
		.name = "not root",
		.facts = { .bpf_error = EPERM,
			   .btf_tracepoint = true,
			   .btf_protocol = true,
			   NO_TRACEFS(EPERM),
			   RELEASE("6.1.0") },
		.first = NOTHING,
		.reasons = { "cannot be looked for without privileges", NULL,
			     "is unknown without root" },
		.codes = { WHY_NOT_PERMITTED, WHY_NOT_PERMITTED, WHY_NOT_PERMITTED },
		.refusal = "run it with sudo, or in a container with --privileged",
		.refusal_code = WHY_NOT_PERMITTED,
	},
	{
		.name = "only CAP_BPF and CAP_PERFMON",
		.facts = { .cap_bpf = true,
			   .cap_perfmon = true,
			   BTF_56,
			   .ring_buffer = true,
			   NO_TRACEFS(EPERM),
			   RELEASE("6.1.0") },
		.first = &hook_typed,
		.ring = true,
		.kernel_btf = true,
		.accept = ACCEPT_FEXIT,
	},
	{
		.name = "only CAP_BPF",
		.facts = { .cap_bpf = true, BTF_56, .ring_buffer = true, RELEASE("6.1.0") },
		.first = NOTHING,
		.ring = true,
		.accept = ACCEPT_FEXIT,
		.refusal = "tracing needs CAP_PERFMON as well as CAP_BPF",
		.refusal_code = WHY_NOT_PERMITTED,
	},
	{
		.name = "only CAP_PERFMON",
		.facts = { .cap_perfmon = true, BTF_56, .bpf_error = EPERM, RELEASE("6.1.0") },
		.first = NOTHING,
		.refusal = "tracing needs CAP_BPF as well as CAP_PERFMON",
		.refusal_code = WHY_NOT_PERMITTED,
	},
	{
		.name = "CONFIG_BPF_SYSCALL off",
		.facts = { ROOT, TRACEFS, NO_RAW, NO_BTF, .bpf_error = ENOSYS, RELEASE("4.9.0") },
		.first = NOTHING,
		.accept = ACCEPT_KRETPROBE,
		.refusal = "CONFIG_BPF_SYSCALL",
		.refusal_code = WHY_NO_BPF,
	},
	{
		.name = "root in a container that forbids bpf(2)",
		.facts = { ROOT, .bpf_error = EPERM, NO_TRACEFS(EPERM), RELEASE("6.1.0"),
			   .btf_tracepoint = true },
		.first = NOTHING,
		.refusal = "run it on the host",
		.refusal_code = WHY_FORBIDDEN,
	},
};

static void explain(const struct machine *m, const struct plan *plan)
{
	printf("  on the machine \"%s\": refusal [%s]\n", m->name, plan->refusal.text);
	for (int i = 0; i < HOOK_COUNT; i++)
		printf("    %s: code %s, accept %s: %s\n", hooks[i]->name,
		       why_word(plan->candidates[i].reason.code) ?: "none",
		       accept_name(plan->candidates[i].accept), plan->candidates[i].reason.text);
}

static bool as_expected(const struct machine *m, struct plan *plan)
{
	const struct candidate *first = plan_next(plan, NULL);
	const bool any = !m->codes[0] && !m->codes[1] && !m->codes[2];
	bool fine = CHECK((first ? first->hook : NOTHING) == m->first);

	if (first)
		fine &= CHECK(first->kernel_btf == m->kernel_btf) & CHECK(first->ring == m->ring) &
			CHECK(first->accept == m->accept);
	fine &= CHECK(m->refusal ? strstr(plan->refusal.text, m->refusal) != NULL
				 : !*plan->refusal.text);
	fine &= CHECK(plan->refusal.code == m->refusal_code);
	for (int i = 0; i < HOOK_COUNT; i++) {
		const struct reason *reason = &plan->candidates[i].reason;

		/* Each has some reason. */
		fine &= CHECK(*reason->text);
		fine &= CHECK(!m->reasons[i] || strstr(reason->text, m->reasons[i]));
		fine &= CHECK(any || reason->code == m->codes[i]);
		/* Nothing is worth a try where nothing can work. */
		fine &= CHECK(!m->refusal_code || reason->code);
	}
	return fine;
}

static void test_machines(void)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++) {
		struct plan plan;

		select_plan(&plan, &machines[i].facts, &machines[i].wishes);
		if (!as_expected(&machines[i], &plan))
			explain(&machines[i], &plan);
	}
}

/* The plan depends on nothing but the facts. */
static void test_pure(void)
{
	struct plan one, two;

	memset(&two, 0xff, sizeof(two));
	select_plan(&one, &machines[0].facts, &machines[0].wishes);
	select_plan(&two, &machines[0].facts, &machines[0].wishes);
	CHECK(one.refusal.code == two.refusal.code && !strcmp(one.refusal.text, two.refusal.text));
	for (int i = 0; i < HOOK_COUNT; i++) {
		CHECK(one.candidates[i].hook == two.candidates[i].hook);
		CHECK(one.candidates[i].accept == two.candidates[i].accept);
		CHECK(one.candidates[i].reason.code == two.candidates[i].reason.code);
		CHECK(!strcmp(one.candidates[i].reason.text, two.candidates[i].reason.text));
	}
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "machines", test_machines },
		{ "pure", test_pure },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases));
}
