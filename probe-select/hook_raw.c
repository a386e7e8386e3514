// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The raw tracepoint inet_sock_set_state, which needs neither BTF nor tracefs. */
#include <errno.h>
#include <string.h>

#include "attachment.h"
#include "base/objects.h"
#include "hook.h"
#include "select.h"

static void judge(struct candidate *c, const struct facts *f, const struct wishes *wishes)
{
	struct reason *why = &c->reason;

	if (f->raw_error == EINVAL)
		reason_set(why, WHY_NO_HOOK, "this kernel has no raw tracepoints (%s+)",
			   c->hook->since);
	else if (f->raw_error)
		reason_set(why, f->cap_bpf ? WHY_FORBIDDEN : WHY_NOT_PERMITTED,
			   "raw tracepoints cannot be used: %s", strerror(f->raw_error));
	else
		reason_set(why, WHY_NOTHING, "raw tracepoints work (%s+); layout by %s",
			   c->hook->since, candidate_layout(c, wishes));
}

static struct attachment *attach(const struct bpf_program *program, const char *point,
				 const struct facts *facts, const struct sources *sources)
{
	(void)facts;
	(void)sources;
	return attachment_raw(program, point);
}

const struct hook_ops hook_raw = {
	.name = "tracepoint (raw)",
	.word = "raw",
	.family = "tracepoint",
	.since = "4.17",
	.judge = judge,
	.ring = &object_raw_ring,
	.perf = &object_raw_perf,
	.calibrate = &object_calibrate_raw,
	.change = "change_raw",
	.further = { "change_raw_second", "change_raw_third", "change_raw_fourth",
		     "change_raw_fifth" },
	.destroy = "destroy_raw",
	.point = "inet_sock_set_state",
	.attach = attach,
};
