// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "check.h"

#include <errno.h>

#include <string.h>

#include "version.h"

static const char *working(int error, const char *fine)
{
	return error ? strerror(error) : fine;
}

static void print_facts(FILE *out, const struct facts *f)
{
	fprintf(out, "Facts\n");
	fprintf(out, "  kernel          %s %s%s%s\n", f->release, f->machine, *f->signature ? ", " : "",
		f->signature);
	fprintf(out, "  privileges      %s\n",
		f->cap_bpf && f->cap_perfmon ? "enough" : "too few (root, or CAP_BPF and CAP_PERFMON)");
	fprintf(out, "  lockdown        %s\n", lockdown_name(f->lockdown));
	fprintf(out, "  bpf             %s\n", working(f->bpf_error, "works"));
	fprintf(out, "  ring buffer     %s\n", f->ring_buffer ? "yes" : "no (5.8+); perf buffer instead");
	fprintf(out, "  kernel BTF      %s\n",
		f->btf_error == ENOENT ? "none" : working(f->btf_error, "yes"));
	fprintf(out, "  tracefs         %s\n",
		working(f->tracefs_error, f->tracefs_own ? "not mounted; reached by a mount of our own" : "mounted"));
	fprintf(out, "  tracepoint      %s\n",
		f->tracepoint_error == ENOENT ? "sock:inet_sock_set_state is missing (4.16+)" :
						working(f->tracepoint_error, "sock:inet_sock_set_state"));
	fprintf(out, "  kprobes         %s%s%s\n", f->kprobe_pmu ? "perf (4.17+)" : "",
		f->kprobe_pmu && f->kprobe_events ? ", " : "", f->kprobe_events ? "tracefs" : f->kprobe_pmu ? "" : "none");
	fprintf(out, "  IPv6            %s\n", f->ipv6 ? "yes" : "no");
}

static void print_plan(FILE *out, const struct choice *choice)
{
	fprintf(out, "\nPlan\n");
	for (int i = 0; i < HOOKS; i++) {
		const struct candidate *c = &choice->plan.candidates[i];

		fprintf(out, "  %s %-20s  %s\n",
			c == choice->chosen ? "->" : c->usable ? "  " : " x", hook_name(c->hook), c->reason);
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

/* What of a record cannot be told with this choice. */
static void print_unknown(FILE *out, const struct choice *choice)
{
	if (choice->chosen->accept == ACCEPT_NONE)
		fprintf(out, "  no accept hook: a session that came in has an owner once that process closes it\n");
	if (*choice->layout_why)
		fprintf(out, "  %s\n", choice->layout_why);
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
	fprintf(out, "\nTracing can start: %s, %s buffer, accept hook %s\n", hook_name(choice->chosen->hook),
		choice->chosen->ring ? "ring" : "perf", accept_name(choice->chosen->accept));
	print_unknown(out, choice);
}

static const char *json_bool(bool value)
{
	return value ? "true" : "false";
}

/* The texts here are our own or the kernel's version: quotes and backslashes are all that could hurt. */
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

void check_print_json(FILE *out, const struct choice *choice, const struct options *options)
{
	const struct facts *f = &choice->facts;
	char why[1024];

	fprintf(out, "{\"type\":\"check\",\"version\":\"%s\",\"can_trace\":%s,\"facts\":{\"release\":",
		TCPLIFE_VERSION, json_bool(choice->chosen));
	json_string(out, f->release);
	fprintf(out, ",\"machine\":");
	json_string(out, f->machine);
	fprintf(out, ",\"cap_bpf\":%s,\"cap_perfmon\":%s,\"lockdown\":\"%s\",", json_bool(f->cap_bpf),
		json_bool(f->cap_perfmon), lockdown_name(f->lockdown));
	json_error(out, "bpf_error", f->bpf_error);
	fprintf(out, ",\"ring_buffer\":%s,", json_bool(f->ring_buffer));
	json_error(out, "btf_error", f->btf_error);
	fputc(',', out);
	json_error(out, "tracefs_error", f->tracefs_error);
	fprintf(out, ",\"tracefs_own\":%s,", json_bool(f->tracefs_own));
	json_error(out, "tracepoint_error", f->tracepoint_error);
	fprintf(out, ",\"kprobe_perf\":%s,\"kprobe_tracefs\":%s,\"ipv6\":%s},\"plan\":[",
		json_bool(f->kprobe_pmu), json_bool(f->kprobe_events), json_bool(f->ipv6));
	for (int i = 0; i < HOOKS; i++) {
		const struct candidate *c = &choice->plan.candidates[i];

		fprintf(out, "%s{\"probe\":\"%s\",\"chosen\":%s,\"usable\":%s,\"reason\":", i ? "," : "",
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
