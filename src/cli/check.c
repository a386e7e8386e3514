// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "check.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "session/fields.h"
#include "version.h"

/* Iterates over what records lack, given what is known. */
struct lack_walk {
	uint64_t known;
	const struct field *field;
	const struct field_lack *lack;
	size_t at;
};

static bool lack_next(struct lack_walk *walk)
{
	const size_t each = sizeof(fields->lacks) / sizeof(*fields->lacks);

	for (; walk->at < fields_count * each; walk->at++) {
		walk->field = &fields[walk->at / each];
		walk->lack = &walk->field->lacks[walk->at % each];
		if (walk->lack->without && field_lacks(walk->lack, walk->known)) {
			walk->at++;
			return true;
		}
	}
	return false;
}

static const char *working(int error, const char *fine)
{
	static char fails[128];

	if (!error)
		return fine;
	snprintf(fails, sizeof(fails), "fails: %s", strerror(error));
	return fails;
}

/* Of something that is tried with bpf(2). */
static const char *offered(const struct facts *f, bool works, const char *no)
{
	if (works)
		return "yes";
	if (f->bpf_error)
		return "unknown without bpf(2)";
	return f->cap_bpf ? no : "unknown without privileges";
}

static void print_facts(FILE *out, const struct facts *f)
{
	fprintf(out, "Facts\n");
	fprintf(out, "  kernel          %s %s%s%s\n", f->release, f->machine,
		*f->signature ? ", " : "", f->signature);
	fprintf(out, "  privileges      %s\n",
		f->cap_bpf && f->cap_perfmon ? "enough"
		: f->cap_bpf		     ? "CAP_PERFMON is missing"
		: f->cap_perfmon	     ? "CAP_BPF is missing"
					     : "CAP_BPF and CAP_PERFMON (or root) are missing");
	fprintf(out, "  lockdown        %s\n", lockdown_name(f->lockdown));
	fprintf(out, "  bpf             %s\n", working(f->bpf_error, "works"));
	fprintf(out, "  ring buffer     %s\n",
		offered(f, f->ring_buffer, "no (5.8+); uses perf buffers"));
	fprintf(out, "  exchange        %s\n",
		offered(f, f->exchange,
			"no (5.12+, arm64 5.18+); uses only the kernel's hash table"));
	fprintf(out, "  kernel BTF      %s\n",
		f->btf_error == ENOENT ? "none" : working(f->btf_error, "yes"));
	fprintf(out, "  fexit           %s\n",
		f->fexit_error == ENOENT ? "none (5.5+, needs kernel BTF)"
					 : working(f->fexit_error, "works"));
	fprintf(out, "  tracefs         %s\n",
		working(f->tracefs_error,
			f->tracefs_own ? "not mounted; tcplife mounts its own" : "mounted"));
	fprintf(out, "  raw tracepoints %s\n",
		f->raw_error == EINVAL ? "none (4.17+)" : working(f->raw_error, "work"));
	fprintf(out, "  kprobes         %s%s%s\n", f->kprobe_pmu ? "perf (4.17+)" : "",
		f->kprobe_pmu && f->kprobe_events ? ", " : "",
		f->kprobe_events ? "tracefs"
		: f->kprobe_pmu	 ? ""
				 : "none");
	fprintf(out, "  IPv6            %s\n", f->ipv6 ? "yes" : "no");
}

void check_print_plan(FILE *out, const struct choice *choice)
{
	fprintf(out, "\nPlan (-> chosen, x not possible)\n");
	for (int i = 0; i < HOOK_COUNT; i++) {
		const struct candidate *c = &choice->plan.candidates[i];

		fprintf(out, "  %s %-20s  %s\n",
			c == choice->chosen ? "->"
			: !c->reason.code   ? "  "
					    : " x",
			c->hook->name, c->reason.text);
	}
}

static void print_layout(FILE *out, const struct layout *layout)
{
	fprintf(out, "\nLayout (%s)\n", layout_source_name(layout->source));
	for (int i = 0; i < LAYOUT_FIELD_COUNT; i++) {
		enum layout_field field = (enum layout_field)i;

		if (layout_has(layout, field))
			fprintf(out, "  %-28s %5d\n", layout_field_name(field), layout->offset[i]);
		else
			fprintf(out, "  %-28s     -\n", layout_field_name(field));
	}
}

/* Lists what records cannot tell with this choice, and how they could. */
static void print_lacks(FILE *out, const struct choice *choice)
{
	const struct facts *f = &choice->facts;
	const bool own_wish = choice->request.wishes.btf == BTF_NONE && !f->btf_error;
	struct lack_walk walk = { .known = choice_known(choice) };
	uint64_t without = 0;

	fprintf(out, "\nUnknown in records\n");
	while (lack_next(&walk)) {
		fprintf(out, "  %-10s of %s\n", walk.field->key, walk.lack->of);
		without |= walk.lack->without;
	}
	if (!without)
		fprintf(out, "  nothing\n");
	if (*choice->layout_why)
		fprintf(out, "  because %s\n", choice->layout_why);
	if (without & (KNOWS(LAYOUT_FIELD_COUNT) - 1))
		fprintf(out, "  the layout would be complete %s\n",
			own_wish ? "without --btf none" : "by --btf FILE with this kernel's BTF");
	if (without & KNOWS(KNOWN_ACCEPT))
		fprintf(out, "  accept(2) would be seen %s\n",
			own_wish && !f->fexit_error
				? "without --btf none"
				: "on a kernel with kprobes (CONFIG_KPROBE_EVENTS) or fexit");
	if (without & KNOWS(KNOWN_CGROUP))
		fprintf(out, "  cgroups are known since kernel 4.18\n");
}

void check_print_chosen(FILE *out, const struct choice *choice)
{
	fprintf(out, "%s, %s buffer, accept hook %s\n", choice->chosen->hook->name,
		choice->chosen->ring ? "ring" : "perf", accept_name(choice->chosen->accept));
}

void check_print(FILE *out, const struct choice *choice)
{
	char why[1024];

	version_print(out, false);
	fputc('\n', out);
	print_facts(out, &choice->facts);
	check_print_plan(out, choice);
	if (!choice->chosen) {
		choice_why(choice, why, sizeof(why));
		fprintf(out, "\nTracing cannot start: %s\n", why);
		return;
	}
	print_layout(out, &choice->layout);
	print_lacks(out, choice);
	fputs("\nTracing can start: ", out);
	check_print_chosen(out, choice);
}

static void put_bool(struct text *t, bool value)
{
	text_put_string(t, value ? "true" : "false");
}

/* Writes the error as a string, or null if there is none. */
static void put_error(struct text *t, int error)
{
	if (error)
		text_put_json_name(t, strerror(error));
	else
		json_put_null(t);
}

static void put_facts(struct text *t, const struct facts *f)
{
	JSON_LITERAL(t, "{\"release\":");
	text_put_json_name(t, f->release);
	JSON_KEY(t, "machine");
	text_put_json_name(t, f->machine);
	JSON_KEY(t, "cap_bpf");
	put_bool(t, f->cap_bpf);
	JSON_KEY(t, "cap_perfmon");
	put_bool(t, f->cap_perfmon);
	JSON_KEY(t, "lockdown");
	json_put_word(t, lockdown_name(f->lockdown));
	JSON_KEY(t, "bpf_error");
	put_error(t, f->bpf_error);
	JSON_KEY(t, "ring_buffer");
	put_bool(t, f->ring_buffer);
	JSON_KEY(t, "exchange");
	put_bool(t, f->exchange);
	JSON_KEY(t, "btf_error");
	put_error(t, f->btf_error);
	JSON_KEY(t, "fexit_error");
	put_error(t, f->fexit_error);
	JSON_KEY(t, "tracefs_error");
	put_error(t, f->tracefs_error);
	JSON_KEY(t, "tracefs_own");
	put_bool(t, f->tracefs_own);
	JSON_KEY(t, "raw_error");
	put_error(t, f->raw_error);
	JSON_KEY(t, "kprobe_perf");
	put_bool(t, f->kprobe_pmu);
	JSON_KEY(t, "kprobe_tracefs");
	put_bool(t, f->kprobe_events);
	JSON_KEY(t, "ipv6");
	put_bool(t, f->ipv6);
	text_put_char(t, '}');
}

static void put_plan(struct text *t, const struct choice *choice)
{
	text_put_char(t, '[');
	for (int i = 0; i < HOOK_COUNT; i++) {
		const struct candidate *c = &choice->plan.candidates[i];

		text_put(t, ",", i > 0);
		JSON_LITERAL(t, "{\"probe\":");
		json_put_word(t, c->hook->name);
		JSON_KEY(t, "chosen");
		put_bool(t, c == choice->chosen);
		JSON_KEY(t, "usable");
		put_bool(t, !c->reason.code);
		JSON_KEY(t, "reason");
		text_put_json_name(t, c->reason.text);
		JSON_KEY(t, "why_code");
		json_put_word(t, why_word(c->reason.code));
		text_put_char(t, '}');
	}
	text_put_char(t, ']');
}

static void put_layout(struct text *t, const struct layout *layout)
{
	text_put_char(t, '{');
	for (int i = 0; i < LAYOUT_FIELD_COUNT; i++) {
		text_put(t, ",", i > 0);
		json_put_word(t, layout_field_name((enum layout_field)i));
		text_put_char(t, ':');
		json_put_known(t, layout->offset[i]);
	}
	text_put_char(t, '}');
}

static void put_lacks(struct text *t, const struct choice *choice)
{
	struct lack_walk walk = { .known = choice_known(choice) };
	bool first = true;

	text_put_char(t, '[');
	for (; lack_next(&walk); first = false) {
		text_put(t, ",", !first);
		JSON_LITERAL(t, "{\"field\":");
		json_put_word(t, walk.field->key);
		JSON_KEY(t, "of");
		json_put_word(t, walk.lack->of);
		text_put_char(t, '}');
	}
	text_put_char(t, ']');
}

/* Writes the choice as a member of the object. */
static void put_choice(struct text *t, const struct choice *choice)
{
	JSON_KEY(t, "buffer");
	json_put_word(t, choice->chosen->ring ? "ring" : "perf");
	JSON_KEY(t, "accept");
	json_put_word(t, accept_name(choice->chosen->accept));
	JSON_KEY(t, "layout_source");
	json_put_word(t, layout_source_name(choice->layout.source));
	JSON_KEY(t, "layout");
	put_layout(t, &choice->layout);
	JSON_KEY(t, "layout_note");
	text_put_json_name(t, choice->layout_why);
	JSON_KEY(t, "unknown");
	put_lacks(t, choice);
}

void check_print_json(FILE *out, const struct choice *choice)
{
	char why[1024], buffer[16384];
	struct text t;

	text_init(&t, buffer, sizeof(buffer));
	JSON_LITERAL(&t, "{\"type\":\"check\",\"schema\":" SCHEMA);
	JSON_KEY(&t, "version");
	json_put_word(&t, TCPLIFE_VERSION);
	JSON_KEY(&t, "can_trace");
	put_bool(&t, choice->chosen);
	JSON_KEY(&t, "facts");
	put_facts(&t, &choice->facts);
	JSON_KEY(&t, "plan");
	put_plan(&t, choice);
	if (choice->chosen) {
		put_choice(&t, choice);
	} else {
		choice_why(choice, why, sizeof(why));
		JSON_KEY(&t, "why");
		text_put_json_name(&t, why);
		JSON_KEY(&t, "why_code");
		json_put_word(&t, why_word(choice_why_code(choice)));
	}
	JSON_LITERAL(&t, "}\n");
	fwrite(buffer, 1, text_length(&t), out);
}

void check_print_brief(FILE *out, const struct choice *choice)
{
	for (const struct candidate *c = choice->plan.candidates; c != choice->chosen; c++)
		fprintf(out, "tcplife: not %s: %s\n", c->hook->name, c->reason.text);
	fprintf(out, "tcplife: tracing by %s (%s buffer, layout: %s, accept hook: %s) on %s\n",
		choice->chosen->hook->name, choice->chosen->ring ? "ring" : "perf",
		layout_source_name(choice->layout.source), accept_name(choice->chosen->accept),
		choice->facts.release);
}
