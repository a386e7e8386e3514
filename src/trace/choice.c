// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "choice.h"

#include <stdio.h>
#include <string.h>

#include "probe-select/discover.h"
#include "probe-select/attachment.h"
#include "session/session.h"

/*
 * The BTF of another kernel would silently give wrong numbers, so it must agree with what discovery
 * finds.
 */
static bool file_contradicted(struct choice *choice, const struct hook_ops *hook, const char *path,
			      struct reason *why)
{
	struct layout seen;

	layout_init(&seen);
	choice->busy = !discover_layout(&seen, hook, &choice->facts, &choice->sources,
					choice->layout_why, sizeof(choice->layout_why));
	for (int i = 0; i < LAYOUT_FIELD_COUNT; i++) {
		enum layout_field field = (enum layout_field)i;

		if (!layout_has(&seen, field) || seen.offset[i] == choice->layout.offset[i])
			continue;
		reason_set(why, WHY_BAD_BTF,
			   "--btf %s: belongs to another kernel: it puts %s at %d, but here it is "
			   "at %d; give the BTF of %s, or none",
			   path, layout_field_name(field), choice->layout.offset[i], seen.offset[i],
			   choice->facts.release);
		return true;
	}
	return false;
}

/* libbpf has its own error numbers, from 4000 on, for malformed files. */
static const char *file_error(int result)
{
	return -result < 4000 ? strerror(-result) : "it is neither BTF nor ELF";
}

/* Reads the layout from the user's file. An unusable file is an error, not a reason to guess. */
static bool file_read(struct layout *layout, const char *path, struct reason *why)
{
	int result = layout_from_btf(layout, path);

	if (result)
		reason_set(why, WHY_BAD_BTF, "--btf %s: cannot be read as BTF: %s", path,
			   file_error(result));
	return !result;
}

/* Takes the layout from the user's file. */
static bool layout_from_file(struct choice *choice, const struct hook_ops *hook, const char *path,
			     struct reason *why)
{
	if (!file_read(&choice->layout, path, why))
		return false;
	if (!layout_has_tuple(&choice->layout) || !layout_has(&choice->layout, FIELD_BYTES_ACKED)) {
		reason_set(why, WHY_BAD_BTF,
			   "--btf %s: has no struct tcp_sock; give the BTF of this kernel, %s",
			   path, choice->facts.release);
		return false;
	}
	if (file_contradicted(choice, hook, path, why))
		return false;
	/* The file is used, but could not be verified. */
	if (*choice->layout_why)
		snprintf(choice->layout_why, sizeof(choice->layout_why),
			 "could not check whether --btf %.64s belongs to this kernel%s", path,
			 choice->busy ? ": the machine is too busy" : "");
	return true;
}

/* With the kernel's own BTF the file is not needed, but an unusable one is still an error. */
static bool file_is_usable(const char *path, struct reason *why)
{
	struct layout layout;

	layout_init(&layout);
	return file_read(&layout, path, why);
}

static bool layout_obtain(struct choice *choice, struct candidate *candidate, struct reason *why)
{
	struct layout *layout = &choice->layout;
	const char *file = choice->request.wishes.btf == BTF_FILE ? choice->request.btf_file : NULL;

	*choice->layout_why = 0;
	choice->busy = false;
	layout_init(layout);
	if (candidate->kernel_btf) {
		*layout = choice->sources.kernel;
		if (file && !file_is_usable(file, why))
			return false;
	}
	/* The kernel may be newer than our knowledge of BTF. */
	if (candidate->kernel_btf && !layout_has_tuple(layout)) {
		candidate->kernel_btf = false;
		layout_init(layout);
	}
	if (!candidate->kernel_btf && file)
		return layout_from_file(choice, candidate->hook, file, why);
	if (!candidate->kernel_btf)
		choice->busy =
			!discover_layout(layout, candidate->hook, &choice->facts, &choice->sources,
					 choice->layout_why, sizeof(choice->layout_why));
	/* At the end of a session, only the kprobe still finds the local port in skc_num. */
	if (layout_has_tuple(layout) &&
	    (candidate->hook->finds_port || layout_has(layout, FIELD_SPORT)))
		return true;
	reason_set(why, choice->busy ? WHY_BUSY : WHY_NO_LAYOUT, "its layout was not found: %s",
		   choice->layout_why);
	return false;
}

bool choice_make(struct choice *choice, const struct trace_request *asked)
{
	struct reason why;

	memset(choice, 0, sizeof(*choice));
	choice->request = *asked;
	facts_gather(&choice->facts, &choice->sources);
	select_plan(&choice->plan, &choice->facts, &asked->wishes);
	attachment_sweep(&choice->sources);
	for (struct candidate *c = plan_next(&choice->plan, NULL); c;
	     c = plan_next(&choice->plan, c)) {
		const struct tracer_request request = {
			.candidate = c,
			.layout = &choice->layout,
			.facts = &choice->facts,
			.sources = &choice->sources,
			.asked = &choice->request,
		};

		if (layout_obtain(choice, c, &why))
			choice->tracer = tracer_start(&request, &why);
		if (choice->tracer) {
			choice->chosen = c;
			return true;
		}
		c->reason = why;
		if (!choice->first_failure)
			choice->first_failure = why.code;
	}
	return false;
}

void choice_why(const struct choice *choice, char *why, size_t size)
{
	const struct plan *plan = &choice->plan;
	size_t used;

	if (plan->refusal.code) {
		snprintf(why, size, "%s", plan->refusal.text);
		return;
	}
	/* Tracing would work when the machine is less busy. */
	if (choice->busy) {
		snprintf(why, size, "%s", choice->layout_why);
		return;
	}
	snprintf(why, size, "no hook works on kernel %s:", choice->facts.release);
	for (int i = 0; i < HOOK_COUNT; i++) {
		const struct candidate *c = &plan->candidates[i];

		if (!c->asked)
			continue;
		used = strlen(why);
		snprintf(why + used, size - used, " %s: %s;", c->hook->name, c->reason.text);
	}
	used = strlen(why);
	snprintf(why + used, size - used, " %s",
		 !choice->request.wishes.probe ? "see tcplife --check" : "try --probe auto");
}

enum why choice_why_code(const struct choice *choice)
{
	const struct plan *plan = &choice->plan;
	enum why code = choice->first_failure;

	if (plan->refusal.code)
		return plan->refusal.code;
	if (choice->busy)
		return WHY_BUSY;
	for (int i = 0; i < HOOK_COUNT && !choice->first_failure; i++)
		if (plan->candidates[i].asked)
			code = plan->candidates[i].reason.code;
	return code;
}

uint64_t choice_known(const struct choice *choice)
{
	uint64_t known = layout_known(&choice->layout);

	if (choice->chosen->accept == ACCEPT_FEXIT || choice->chosen->accept == ACCEPT_KRETPROBE)
		known |= KNOWS(KNOWN_ACCEPT);
	if (choice->chosen->accept != ACCEPT_NONE)
		known |= KNOWS(KNOWN_CLOSER);
	/* since bpf_get_current_cgroup_id() */
	if (choice->facts.version >= KERNEL_VERSION_CODE(4, 18, 0))
		known |= KNOWS(KNOWN_CGROUP);
	if (layout_has_parent(&choice->layout))
		known |= KNOWS(KNOWN_PARENT);
	return known;
}

void choice_settle(void)
{
	attachment_reap();
}

void choice_free(struct choice *choice)
{
	tracer_free(choice->tracer);
	attachment_reap();
	sources_close(&choice->sources);
}
