// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "check.h"

#include <errno.h>

#include <string.h>

#include "version.h"

/* What a record lacks, and of which sessions, if one of two offsets is not known. */
static const struct lack {
	const char *field; /* as in JSON */
	const char *of;
	enum layout_field needs, also;
} lacks[] = {
	{ "tx_bytes", "every session", FIELD_BYTES_ACKED, FIELD_BYTES_RECEIVED },
	{ "rx_bytes", "every session", FIELD_BYTES_ACKED, FIELD_BYTES_RECEIVED },
	{ "rx_bytes", "those that this end closed first", FIELD_SK_FLAGS, FIELD_SK_FLAGS },
	{ "errno", "every session", FIELD_SK_ERR, FIELD_SK_ERR },
	{ "end", "those that did not end in order", FIELD_SK_ERR, FIELD_SK_ERR },
	{ "rtt_us", "every session", FIELD_SRTT, FIELD_SRTT },
	{ "retrans", "every session", FIELD_TOTAL_RETRANS, FIELD_TOTAL_RETRANS },
	{ "netns", "every session", FIELD_NETNS_INUM, FIELD_NETNS_INUM },
};
static const struct lack lack_owner = {
	.field = "owner", .of = "those that came in and that no process here closed"
};
static const struct lack lack_cgroup = { .field = "cgroup", .of = "every session" };

#define LACKS (sizeof(lacks) / sizeof(lacks[0]))

static bool layout_lacks(const struct choice *choice, const struct lack *lack)
{
	return !layout_has(&choice->layout, lack->needs) ||
	       !layout_has(&choice->layout, lack->also);
}

static bool cgroup_lacks(const struct choice *choice)
{
	return choice->facts.version < KERNEL_VERSION_CODE(4, 18, 0);
}

static const char *working(int error, const char *fine)
{
	static char fails[128];

	if (!error)
		return fine;
	snprintf(fails, sizeof(fails), "fails: %s", strerror(error));
	return fails;
}

static void print_facts(FILE *out, const struct facts *f)
{
	fprintf(out, "Facts\n");
	fprintf(out, "  kernel          %s %s%s%s\n", f->release, f->machine,
		*f->signature ? ", " : "", f->signature);
	fprintf(out, "  privileges      %s\n",
		f->cap_bpf && f->cap_perfmon ? "enough"
		: f->cap_bpf		     ? "too few: CAP_PERFMON is missing"
		: f->cap_perfmon	     ? "too few: CAP_BPF is missing"
				 : "too few: CAP_BPF and CAP_PERFMON (or root) are missing");
	fprintf(out, "  lockdown        %s\n", lockdown_name(f->lockdown));
	fprintf(out, "  bpf             %s\n", working(f->bpf_error, "works"));
	fprintf(out, "  ring buffer     %s\n",
		f->ring_buffer ? "yes" : "no (5.8+); perf buffer instead");
	fprintf(out, "  exchange        %s\n",
		f->exchange ? "yes" : "no (5.12+, arm64 5.18+); the kernel's hash table only");
	fprintf(out, "  kernel BTF      %s\n",
		f->btf_error == ENOENT ? "none" : working(f->btf_error, "yes"));
	fprintf(out, "  fexit           %s\n",
		f->fexit_error == ENOENT ? "none (5.5+, needs kernel BTF)"
					 : working(f->fexit_error, "works"));
	fprintf(out, "  tracefs         %s\n",
		working(f->tracefs_error,
			f->tracefs_own ? "not mounted; reached by a mount of our own" : "mounted"));
	fprintf(out, "  raw tracepoints %s\n",
		f->raw_error == EINVAL ? "none (4.17+)" : working(f->raw_error, "work"));
	fprintf(out, "  kprobes         %s%s%s\n", f->kprobe_pmu ? "perf (4.17+)" : "",
		f->kprobe_pmu && f->kprobe_events ? ", " : "",
		f->kprobe_events ? "tracefs"
		: f->kprobe_pmu	 ? ""
				 : "none");
	fprintf(out, "  IPv6            %s\n", f->ipv6 ? "yes" : "no");
}

static void print_plan(FILE *out, const struct choice *choice)
{
	fprintf(out, "\nPlan (-> taken, x ruled out)\n");
	for (int i = 0; i < HOOKS; i++) {
		const struct candidate *c = &choice->plan.candidates[i];

		fprintf(out, "  %s %-20s  %s\n",
			c == choice->chosen ? "->"
			: c->usable	    ? "  "
					    : " x",
			hook_name(c->hook), c->reason);
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

static void print_lack(FILE *out, const struct lack *lack)
{
	fprintf(out, "  %-10s of %s\n", lack->field, lack->of);
}

/* What of a record cannot be told with this choice, and how it could be. */
static void print_lacks(FILE *out, const struct choice *choice, const struct options *options)
{
	const struct facts *f = &choice->facts;
	const bool own_wish = options->btf == BTF_NONE && !f->btf_error;
	const bool owner = choice->chosen->accept == ACCEPT_NONE;
	bool layout = false;

	fprintf(out, "\nUnknown in records\n");
	for (size_t i = 0; i < LACKS; i++) {
		if (layout_lacks(choice, &lacks[i])) {
			print_lack(out, &lacks[i]);
			layout = true;
		}
	}
	if (owner)
		print_lack(out, &lack_owner);
	if (cgroup_lacks(choice))
		print_lack(out, &lack_cgroup);
	if (!layout && !owner && !cgroup_lacks(choice))
		fprintf(out, "  nothing\n");
	if (*choice->layout_why)
		fprintf(out, "  because %s\n", choice->layout_why);
	if (layout)
		fprintf(out, "  the layout would be known in full %s\n",
			own_wish ? "without --btf none" : "by --btf FILE with this kernel's BTF");
	if (owner)
		fprintf(out, "  owners would be known %s\n",
			own_wish && !f->fexit_error
				? "without --btf none"
				: "on a kernel with kprobes (CONFIG_KPROBE_EVENTS) or fexit");
	if (cgroup_lacks(choice))
		fprintf(out, "  cgroups are known from kernel 4.18 on\n");
}

void check_print(FILE *out, const struct choice *choice, const struct options *options)
{
	char why[1024];

	fprintf(out, "tcplife %s\n\n", TCPLIFE_VERSION);
	print_facts(out, &choice->facts);
	print_plan(out, choice);
	if (!choice->chosen) {
		choice_why(choice, options, why, sizeof(why));
		fprintf(out, "\nTracing cannot start: %s\n", why);
		return;
	}
	print_layout(out, &choice->layout);
	print_lacks(out, choice, options);
	fprintf(out, "\nTracing can start: %s, %s buffer, accept hook %s\n",
		hook_name(choice->chosen->hook), choice->chosen->ring ? "ring" : "perf",
		accept_name(choice->chosen->accept));
}

static const char *json_bool(bool value)
{
	return value ? "true" : "false";
}

/* The texts here are our own or the kernel's version: quotes and backslashes are all that could
 * hurt. */
static void json_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		if ((unsigned char)*text >= 0x20)
			fputc(*text, out);
	}
	fputc('"', out);
}

static void json_error(FILE *out, const char *key, int error)
{
	fprintf(out, "\"%s\":", key);
	if (error)
		json_string(out, strerror(error));
	else
		fprintf(out, "null");
}

/* One in an array. */
static void json_lack(FILE *out, const struct lack *lack, const char **separator)
{
	fprintf(out, "%s{\"field\":\"%s\",\"of\":\"%s\"}", *separator, lack->field, lack->of);
	*separator = ",";
}

static void json_lacks(FILE *out, const struct choice *choice)
{
	const char *separator = "";

	fprintf(out, ",\"unknown\":[");
	for (size_t i = 0; i < LACKS; i++)
		if (layout_lacks(choice, &lacks[i]))
			json_lack(out, &lacks[i], &separator);
	if (choice->chosen->accept == ACCEPT_NONE)
		json_lack(out, &lack_owner, &separator);
	if (cgroup_lacks(choice))
		json_lack(out, &lack_cgroup, &separator);
	fputc(']', out);
}

void check_print_json(FILE *out, const struct choice *choice, const struct options *options)
{
	const struct facts *f = &choice->facts;
	char why[1024];

	fprintf(out,
		"{\"type\":\"check\",\"version\":\"%s\",\"can_trace\":%s,\"facts\":{\"release\":",
		TCPLIFE_VERSION, json_bool(choice->chosen));
	json_string(out, f->release);
	fprintf(out, ",\"machine\":");
	json_string(out, f->machine);
	fprintf(out, ",\"cap_bpf\":%s,\"cap_perfmon\":%s,\"lockdown\":\"%s\",",
		json_bool(f->cap_bpf), json_bool(f->cap_perfmon), lockdown_name(f->lockdown));
	json_error(out, "bpf_error", f->bpf_error);
	fprintf(out, ",\"ring_buffer\":%s,\"exchange\":%s,", json_bool(f->ring_buffer),
		json_bool(f->exchange));
	json_error(out, "btf_error", f->btf_error);
	fputc(',', out);
	json_error(out, "fexit_error", f->fexit_error);
	fputc(',', out);
	json_error(out, "tracefs_error", f->tracefs_error);
	fprintf(out, ",\"tracefs_own\":%s,", json_bool(f->tracefs_own));
	json_error(out, "raw_error", f->raw_error);
	fprintf(out, ",\"kprobe_perf\":%s,\"kprobe_tracefs\":%s,\"ipv6\":%s},\"plan\":[",
		json_bool(f->kprobe_pmu), json_bool(f->kprobe_events), json_bool(f->ipv6));
	for (int i = 0; i < HOOKS; i++) {
		const struct candidate *c = &choice->plan.candidates[i];

		fprintf(out,
			"%s{\"probe\":\"%s\",\"chosen\":%s,\"usable\":%s,\"reason\":", i ? "," : "",
			hook_name(c->hook), json_bool(c == choice->chosen), json_bool(c->usable));
		json_string(out, c->reason);
		fputc('}', out);
	}
	fprintf(out, "],");
	if (!choice->chosen) {
		choice_why(choice, options, why, sizeof(why));
		fprintf(out, "\"why\":");
		json_string(out, why);
		fprintf(out, "}\n");
		return;
	}
	fprintf(out, "\"buffer\":\"%s\",\"accept\":\"%s\",\"layout_source\":\"%s\",\"layout\":{",
		choice->chosen->ring ? "ring" : "perf", accept_name(choice->chosen->accept),
		layout_source_name(choice->layout.source));
	for (int i = 0; i < LAYOUT_FIELD_COUNT; i++) {
		fprintf(out, "%s\"%s\":", i ? "," : "", layout_field_name((enum layout_field)i));
		if (layout_has(&choice->layout, (enum layout_field)i))
			fprintf(out, "%d", choice->layout.offset[i]);
		else
			fprintf(out, "null");
	}
	fprintf(out, "},\"layout_note\":");
	json_string(out, choice->layout_why);
	json_lacks(out, choice);
	fprintf(out, "}\n");
}

void check_print_brief(FILE *out, const struct choice *choice)
{
	for (const struct candidate *c = choice->plan.candidates; c != choice->chosen; c++)
		fprintf(out, "tcplife: not %s: %s\n", hook_name(c->hook), c->reason);
	fprintf(out, "tcplife: tracing by %s (%s buffer, layout: %s, accept hook: %s) on %s\n",
		hook_name(choice->chosen->hook), choice->chosen->ring ? "ring" : "perf",
		layout_source_name(choice->layout.source), accept_name(choice->chosen->accept),
		choice->facts.release);
}
