// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "choice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>

#include "discover.h"
#include "hook.h"

/* From the user's file; a file that cannot be used is no reason to guess. */
static bool layout_from_file(struct choice *choice, const char *path, char *why, size_t size)
{
	struct btf *btf = btf__parse(path, NULL);

	if (!btf) {
		snprintf(why, size, "--btf %s: cannot be read as BTF: %s", path, strerror(errno));
		return false;
	}
	layout_from_btf(&choice->layout, btf, LAYOUT_FILE);
	btf__free(btf);
	if (layout_has_ends(&choice->layout) && layout_has(&choice->layout, FIELD_BYTES_ACKED))
		return true;
	snprintf(why, size, "--btf %s: knows no struct tcp_sock; give the BTF of this kernel, %s", path,
		 choice->facts.release);
	return false;
}

static bool layout_obtain(struct choice *choice, const struct candidate *candidate,
			  const struct options *options, char *why, size_t size)
{
	struct layout *layout = &choice->layout;

	*choice->layout_why = 0;
	layout_init(layout);
	memcpy(layout->trace_offset, choice->sources.trace->trace_offset, sizeof(layout->trace_offset));
	layout->trace_protocol_bytes = choice->sources.trace->trace_protocol_bytes;
	if (candidate->kernel_btf)
		layout_from_btf(layout, choice->sources.btf, LAYOUT_KERNEL_BTF);
	else if (options->btf_file)
		return layout_from_file(choice, options->btf_file, why, size);
	else
		discover_layout(layout, candidate->hook, &choice->facts, &choice->sources,
				choice->layout_why, sizeof(choice->layout_why));
	/* The tracepoint brings addresses and ports along; the kprobe must find them in the socket. */
	if (candidate->hook != HOOK_KPROBE || layout_has_ends(layout))
		return true;
	snprintf(why, size, "the socket's layout could not be discovered: %s", choice->layout_why);
	return false;
}

static enum btf_wish btf_wish(const struct options *options)
{
	return options->btf_file ? BTF_FILE : options->btf_none ? BTF_NONE : BTF_AUTO;
}

bool choice_make(struct choice *choice, const struct options *options, reader_fn fn, void *arg)
{
	char why[sizeof(choice->plan.candidates[0].reason)];

	memset(choice, 0, sizeof(*choice));
	facts_gather(&choice->facts, &choice->sources);
	select_plan(&choice->plan, &choice->facts, (enum probe_wish)options->probe, btf_wish(options));
	hook_sweep(&choice->sources);
	for (struct candidate *c = plan_next(&choice->plan, 0); c; c = plan_next(&choice->plan, c->hook + 1)) {
		const struct tracer_request request = {
			.candidate = c,
			.layout = &choice->layout,
			.facts = &choice->facts,
			.sources = &choice->sources,
			.options = options,
			.fn = fn,
			.arg = arg,
		};

		if (layout_obtain(choice, c, options, why, sizeof(why)))
			choice->tracer = tracer_start(&request, why, sizeof(why));
		if (choice->tracer) {
			choice->chosen = c;
			return true;
		}
		c->usable = false;
		memcpy(c->reason, why, sizeof(c->reason));
	}
	return false;
}

void choice_why(const struct choice *choice, const struct options *options, char *why, size_t size)
{
	const struct plan *plan = &choice->plan;
	size_t used;

	if (*plan->refusal) {
		snprintf(why, size, "%s", plan->refusal);
		return;
	}
	snprintf(why, size, "no way to trace works on kernel %s:", choice->facts.release);
	for (int i = 0; i < HOOKS; i++) {
		const struct candidate *c = &plan->candidates[i];

		if (!c->asked)
			continue;
		used = strlen(why);
		snprintf(why + used, size - used, " %s: %s;", hook_name(c->hook), c->reason);
	}
	used = strlen(why);
	snprintf(why + used, size - used, " %s",
		 options->probe == WANT_AUTO ? "see tcplife --check" : "try --probe auto");
}

void choice_free(struct choice *choice)
{
	tracer_free(choice->tracer);
	sources_close(&choice->sources);
}
