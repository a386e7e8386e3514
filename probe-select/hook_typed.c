// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* tp_btf inet_sock_set_state: the cheapest hook, for kernels with BTF. */
#include <errno.h>
#include <string.h>

#include "attachment.h"
#include "base/objects.h"
#include "hook.h"
#include "select.h"

static bool usable(struct candidate *c, const struct facts *f, const struct wishes *wishes)
{
	if (wishes->btf == BTF_NONE)
		return candidate_judge(c, false,
				       "needs the kernel's BTF, and --btf none forbids it");
	if (f->btf_error && f->sys_error)
		return candidate_judge(c, false,
				       "needs kernel BTF, which is in /sys, and that cannot be "
				       "read: %s: mount it",
				       strerror(f->sys_error));
	if (f->btf_error == ENOENT)
		return candidate_judge(c, false,
				       "needs kernel BTF (5.5+ with CONFIG_DEBUG_INFO_BTF), and "
				       "this kernel has none");
	if (f->btf_error)
		return candidate_judge(c, false, "the kernel's BTF cannot be used: %s",
				       strerror(f->btf_error));
	if (!f->btf_tracepoint)
		return candidate_judge(c, false,
				       "kernel BTF does not describe the tracepoint "
				       "inet_sock_set_state (5.5+)");
	if (!f->btf_protocol)
		return candidate_judge(c, false,
				       "sk_protocol is a bit field here (before 5.6), which a "
				       "typed load cannot read");
	if (!c->ring)
		return candidate_judge(
			c, false, "needs the BPF ring buffer (%s+), which %s", c->hook->since,
			f->ring_buffer		      ? "--transport perf forbids"
			: f->cap_bpf && !f->bpf_error ? "this kernel does not offer"
						      : "cannot be looked for without privileges");
	return candidate_judge(c, true, "kernel BTF describes the tracepoint; the cheapest hook");
}

static struct attachment *attach(const struct bpf_program *program, const char *point,
				 const struct facts *facts, const struct sources *sources)
{
	(void)point;
	(void)facts;
	(void)sources;
	return attachment_typed(program);
}

const struct hook_ops hook_typed = {
	.name = "tracepoint (typed)",
	.word = "typed",
	.family = "tracepoint",
	.since = "5.8",
	.usable = usable,
	.ring = &object_typed,
	.change = "change_typed",
	.further = { "change_typed_second", "change_typed_third", "change_typed_fourth",
		     "change_typed_fifth" },
	.destroy = "destroy_typed",
	.point = "inet_sock_set_state",
	.attach = attach,
	.typed = true,
};
