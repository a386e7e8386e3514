// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* tp_btf inet_sock_set_state: the cheapest hook, for kernels with BTF. */
#include <errno.h>
#include <string.h>

#include "attachment.h"
#include "base/objects.h"
#include "hook.h"
#include "select.h"

/* It needs the ring buffer, and has none. */
static void judge_no_ring(struct reason *why, const char *since, const struct facts *f)
{
	const char *const format = "needs the BPF ring buffer (%s+), which %s";

	if (f->ring_buffer)
		reason_set(why, WHY_NOT_ASKED_FOR, format, since, "--transport perf forbids");
	else if (f->cap_bpf && !f->bpf_error)
		reason_set(why, WHY_NO_RING_BUFFER, format, since, "this kernel does not offer");
	else
		reason_set(why, WHY_NOT_PERMITTED, format, since,
			   "cannot be looked for without privileges");
}

static void judge(struct candidate *c, const struct facts *f, const struct wishes *wishes)
{
	struct reason *why = &c->reason;

	if (wishes->btf == BTF_NONE)
		reason_set(why, WHY_NOT_ASKED_FOR,
			   "needs the kernel's BTF, and --btf none forbids it");
	else if (f->btf_error && f->sys_error)
		reason_set(why, WHY_NO_SYS,
			   "needs kernel BTF, which is in /sys, and that cannot be read: %s: "
			   "mount it",
			   strerror(f->sys_error));
	else if (f->btf_error == ENOENT)
		reason_set(why, WHY_NO_BTF,
			   "needs kernel BTF (5.5+ with CONFIG_DEBUG_INFO_BTF), and this kernel "
			   "has none");
	else if (f->btf_error)
		reason_set(why, WHY_BAD_BTF, "the kernel's BTF cannot be used: %s",
			   strerror(f->btf_error));
	else if (!f->btf_tracepoint)
		reason_set(why, WHY_NO_HOOK,
			   "kernel BTF does not describe the tracepoint inet_sock_set_state "
			   "(5.5+)");
	else if (!f->btf_protocol)
		reason_set(why, WHY_TOO_OLD,
			   "sk_protocol is a bit field here (before 5.6), which a typed load "
			   "cannot read");
	else if (!c->ring)
		judge_no_ring(why, c->hook->since, f);
	else
		reason_set(why, WHY_NOTHING,
			   "kernel BTF describes the tracepoint; the cheapest hook");
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
	.judge = judge,
	.ring = &object_typed,
	.change = "change_typed",
	.further = { "change_typed_second", "change_typed_third", "change_typed_fourth",
		     "change_typed_fifth" },
	.destroy = "destroy_typed",
	.point = "inet_sock_set_state",
	.attach = attach,
	.typed = true,
};
