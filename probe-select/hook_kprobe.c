// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A kprobe on tcp_set_state(), for kernels without the tracepoint. */
#include <errno.h>
#include <string.h>

#include "attachment.h"
#include "base/objects.h"
#include "hook.h"
#include "select.h"

static void judge(struct candidate *c, const struct facts *f, const struct wishes *wishes)
{
	struct reason *why = &c->reason;

	if (facts_have_kprobes(f))
		reason_set(why, WHY_NOTHING, "bpf(2) and kprobes are all it needs; layout by %s",
			   candidate_layout(c, wishes));
	else if (f->tracefs_error == ENODEV)
		reason_set(why, WHY_NO_HOOK,
			   "this kernel has neither the kprobe PMU (4.17+) nor tracefs, which "
			   "takes kprobes before that (CONFIG_KPROBE_EVENTS)");
	else if (!f->cap_sys_admin)
		reason_set(why, WHY_NOT_PERMITTED,
			   "no kprobe PMU (4.17+), and whether tracefs takes kprobes is unknown "
			   "without root");
	else if (f->tracefs_error)
		reason_set(why, WHY_NO_TRACEFS,
			   "no kprobe PMU (4.17+), and tracefs cannot be reached: %s",
			   strerror(f->tracefs_error));
	else
		reason_set(why, WHY_NO_HOOK,
			   "this kernel has no kprobes (CONFIG_KPROBES, CONFIG_KPROBE_EVENTS)");
}

static struct attachment *attach(const struct bpf_program *program, const char *point,
				 const struct facts *facts, const struct sources *sources)
{
	return attachment_kprobe(program, point, false, facts, sources);
}

const struct hook_ops hook_kprobe = {
	.name = "kprobe",
	.word = "kprobe",
	.since = "4.4",
	.judge = judge,
	.ring = &object_kprobe_ring,
	.perf = &object_kprobe_perf,
	.calibrate = &object_calibrate_kprobe,
	.change = "change_kprobe",
	.point = "tcp_set_state",
	.attach = attach,
	.finds_port = true,
	.misses_quiet = true,
};
