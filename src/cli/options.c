// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "options.h"

#include "option.h"

#define FIELD(member) .field = offsetof(struct options, member)
#define NUMBER(member, from, to) \
	FIELD(member), .bytes = sizeof(((struct options *)0)->member), .least = (from), .most = (to)

static const char *header_word(unsigned n)
{
	return n < HEADERS ? (const char *[]){ "yes", "no" }[n] : NULL;
}

static const char *color_word(unsigned n)
{
	return n < COLORS ? (const char *[]){ "auto", "always", "never" }[n] : NULL;
}

static const char *transport_word(unsigned n)
{
	return n < TRANSPORTS ? (const char *[]){ "auto", "ring", "perf" }[n] : NULL;
}

static const char *accept_word(unsigned n)
{
	return n < ACCEPT_WISHES ? (const char *[]){ "auto", "close" }[n] : NULL;
}

static const char *btf_word(unsigned n)
{
	return n < 2 ? (const char *[]){ "auto", "none" }[n] : NULL;
}

static const char *shell_word(unsigned n)
{
	return n < 3 ? (const char *[]){ "bash", "zsh", "fish" }[n] : NULL;
}

/* The table drives both the parser and --help, which prints it in this order. */
const struct option option_table[] = {
	{ .help = "output" },
	{ "--time", 'T', NULL, "add the column TIME: when it ended", take_flag,
	  FIELD(output.time) },
	{ "--timestamp", 't', NULL,
	  "add the column TIME(s): when it ended, in seconds\nsince the first one", take_flag,
	  FIELD(output.timestamp) },
	{ "--wide", 'w', NULL, "wider columns, with room for IPv6 addresses", take_flag,
	  FIELD(output.wide) },
	{ "--csv", 's', NULL, "comma-separated values", take_value, FIELD(output.format),
	  FORMAT_CSV },
	{ "--json", 'j', NULL, "JSON Lines: every field, bytes and nanoseconds", take_value,
	  FIELD(output.format), FORMAT_JSON },
	{ "--extended", 'x', NULL,
	  "add the columns DIR, END, CONN_MS, WAIT_MS, RTT_MS,\nRETRANS, UID, NETNS, SCOPE and "
	  "CGROUP",
	  take_flag, FIELD(output.extended) },

	{ "--header", 0, "WHETHER", "no: do not print the column names (default: yes)", take_word,
	  FIELD(output.header), .words = header_word, .noun = "one of them" },
	{ "--color", 0, "WHEN",
	  "failures in red: always, never or auto (default: on\n"
	  "a terminal, unless NO_COLOR is set)",
	  take_word, FIELD(output.color), .words = color_word, .noun = "one of them" },
	{ "--output", 'o', "FILE", "append to this file; SIGHUP reopens it", take_file,
	  FIELD(output.file) },
	{ "--host", 0, "NAME", "the name of this machine in JSON (default: its own)", take_host,
	  FIELD(output.host), .kernel = true },
	{ "--ppid", 0, NULL, "also the PID of the owner's parent: the column PPID,\nppid in JSON",
	  take_extra, FIELD(output.extras), EXTRA_PPID },
	{ "--community-id", 0, NULL, "also the Community ID of each session in JSON", take_extra,
	  FIELD(output.extras), EXTRA_COMMUNITY },

	{ .help = "which sessions" },
	{ "--read", 0, "FILE",
	  "in place of the kernel's, those in this file, as\n--json prints them; -: standard input",
	  take_file, FIELD(read) },
	{ "--pid", 'p', "LIST", "owned by these processes: 181,182", take_pids, FIELD(scope) },
	{ "--localport", 'L', "LIST", "with these local ports: 80,https,8000-8100", take_ports,
	  FIELD(scope.local_ports) },
	{ "--remoteport", 'D', "LIST", "with these remote ports", take_ports,
	  FIELD(scope.remote_ports) },
	{ "--ipv4", '4', NULL, "IPv4 only", take_value, FIELD(scope.family), 4 },
	{ "--ipv6", '6', NULL, "IPv6 only", take_value, FIELD(scope.family), 6 },
	{ "--comm", 0, "NAMES", "owned by processes of these names: nginx,'php*'", take_filter,
	  .filter = filter_add_comms },
	{ "--uid", 0, "USERS", "owned by these users, by number or name: 0,www-data", take_filter,
	  .filter = filter_add_uids },
	{ "--laddr", 0, "NETS", "with these local addresses: 192.0.2.1,10.0.0.0/8", take_filter,
	  .filter = filter_add_laddrs },
	{ "--raddr", 0, "NETS", "with these remote addresses: 2001:db8::/32", take_filter,
	  .filter = filter_add_raddrs },
	{ "--cgroup", 0, "GLOBS",
	  "whose owner is in or below one of these cgroups:\nnginx.service,'/user.slice/*'",
	  take_filter, .filter = filter_add_cgroups },
	{ "--container", 0, "IDS",
	  "whose owner is in one of these containers: the first\ndigits of an id, or a name in LXC "
	  "and nspawn",
	  take_filter, .filter = filter_add_containers },
	{ "--netns", 0, "LIST",
	  "in these network namespaces: inode number, PID of a\nprocess, path, or self",
	  take_filter, .filter = filter_add_netns },
	{ "--min-ms", 0, "MS", "that lasted at least this many milliseconds: 0.5", take_filter,
	  .filter = filter_set_min_ms },
	{ "--min-bytes", 0, "BYTES", "that moved at least this much, both ways together",
	  take_filter, .filter = filter_set_min_bytes },
	{ "--sample", 0, "1/N", "one in N, the same at both ends", take_filter,
	  .filter = filter_set_sample },
	{ "--end", 0, "ENDINGS",
	  "that ended in one of these ways: fin-local,\nfin-remote, fin-both, rst-local, "
	  "rst-remote,\n"
	  "rst-closed, timeout, refused, unreachable, no-port,\n"
	  "cancelled, aborted, checkpoint, error, open, unknown",
	  take_filter, .words = filter_ending, .filter = filter_add_endings },
	{ "--existing", 0, NULL, "also those that began before tracing", take_flag, FIELD(existing),
	  .kernel = true },
	{ "--open", 0, NULL, "at exit, also those that are still open; adds the\ncolumn END",
	  take_flag, FIELD(open) },

	{ .help = "what is open" },
	{ "--top", 0, "[TIME]",
	  "the sessions that are open, and what they move now:\na page drawn anew this often "
	  "(default: "
	  "2 seconds)",
	  take_top, FIELD(output.top_ns), .kernel = true },
	{ "--list", 0, NULL, "what is open now, the busiest first, and exit", take_flag,
	  FIELD(output.list), .kernel = true },

	{ .help = "statistics" },
	{ "--stats", 0, NULL,
	  "statistics instead of sessions: for each group, how\n"
	  "many, what they moved, how long they lasted",
	  take_flag, FIELD(output.stats) },
	{ "--by", 0, "KEYS",
	  "what makes a group: port, host, pid, comm, uid, ip,\n"
	  "laddr, lport, raddr, rport, dir, ending, errno,\n"
	  "owner, netns, cgroup, container, pod_uid (default:\n"
	  "port,dir); port is the service's, local or remote",
	  take_keys, FIELD(output.figures.by), .words = field_group_name },
	{ "--of", 0, "WHAT",
	  "percentiles of these: duration, connect,\naccept-wait, rtt, tx, rx (default:\n"
	  "duration,accept-wait)",
	  take_measures, FIELD(output.figures.of), .words = measure_name },
	{ "--groups", 0, "N", "only the N largest groups; the rest is in one, other", take_number,
	  NUMBER(output.figures.groups, 1, STATS_GROUPS), .noun = "a number of groups" },
	{ "--no-histogram", 0, NULL, "no histogram of the durations in the table", take_flag,
	  FIELD(output.no_histogram) },
	{ "--interval", 0, "TIME",
	  "print them this often, and not only at exit; with\n--open, the sessions that are open",
	  take_time, FIELD(output.interval_ns) },

	{ .help = "metrics" },
	{ "--metrics", 0, "FILE",
	  "beside what is printed, keep sums in this file for\nPrometheus: --by and --groups say "
	  "of what (at most\n256 groups), --interval how often (default: 15)",
	  take_file, FIELD(output.metrics), .kernel = true },

	{ .help = "when to end" },
	{ "--duration", 'd', "TIME", "after this time: 10 or 0.5 seconds, 5m, 1h, 2d; 0 is\n--list",
	  take_duration, FIELD(duration_ns) },
	{ "--count", 'n', "N", "after this many sessions", take_number,
	  NUMBER(count, 1, UINT64_MAX), .noun = "a number of sessions" },

	{ .help = "how to trace" },
	{ "--probe", 0, "PROBE",
	  "auto (default), tracepoint or kprobe; or one of the\n"
	  "two kinds of tracepoint: typed, raw",
	  take_word, FIELD(probe), .words = hook_word, .noun = "a probe", .kernel = true },
	{ "--btf", 0, "SOURCE",
	  "where the kernel's layout is from: auto (default),\n"
	  "a BTF file, or none: discover it without BTF",
	  take_btf, FIELD(btf_file), .words = btf_word, .kernel = true },
	{ "--transport", 0, "BUFFER",
	  "how records leave the kernel: auto (default), ring,\n"
	  "or perf, with the programs for kernels before 5.8",
	  take_word, FIELD(transport), .words = transport_word, .noun = "one of them",
	  .kernel = true },
	{ "--accept", 0, "HOW",
	  "how to learn who accepts: auto (default), or close,\n"
	  "as on kernels where accept(2) cannot be seen",
	  take_word, FIELD(accept), .words = accept_word, .noun = "one of them", .kernel = true },
	{ "--max-sessions", 0, "N",
	  "room for this many open sessions (default: 262144 to\n1048576, by memory)", take_number,
	  NUMBER(max_sessions, 1, 16777216), .noun = "a number of sessions", .kernel = true },
	{ "--buffer", 0, "KB",
	  "room for records that wait to be printed (default:\n1024 to 8192, by memory)",
	  take_number, NUMBER(buffer_kb, 1, 1048576), .noun = "a size in KB", .kernel = true },
	{ "--check", 0, NULL,
	  "show what this kernel offers and which hook would be\nused, and exit", take_flag,
	  FIELD(check), .kernel = true },
	{ "--self-test", 0, NULL,
	  "play a few sessions on loopback, say whether their\nrecords are right and what tracing "
	  "costs, and exit",
	  take_flag, FIELD(self_test), .kernel = true },

	{ .help = "other" },
	{ "--verbose", 'v', NULL, "say on stderr what it does, and why", take_flag,
	  FIELD(verbose) },
	{ "--completion", 0, "SHELL", "show the completion for bash, zsh or fish, and exit",
	  take_word, FIELD(completion), .value = COMPLETION_BASH, .words = shell_word,
	  .noun = "a shell" },
	{ "--help", 'h', NULL, "show this text and exit", NULL, .value = OPTIONS_HELP },
	{ "--version", 'V', NULL, "show the version and exit; with -v, also what is\nlinked in",
	  take_flag, FIELD(version) },
};

const size_t option_count = sizeof(option_table) / sizeof(*option_table);

/* Whether what is printed of each session may have the field. */
static bool is_told(const struct options *o, const struct field *f)
{
	if (f->extra & ~o->output.extras)
		return false;
	return o->output.format == FORMAT_JSON ||
	       (f->column.title && (f->extra || o->output.extended));
}

/* What the kernel side must record of each session: a mask of enum field_asks. */
static unsigned asks_of(const struct options *o)
{
	unsigned asks = o->filter.uid_count ? ASKS_UID : 0;

	/* Sessions in sock_diag are matched by network namespace. */
	if (o->existing || o->open)
		asks |= ASKS_NETNS;
	if (o->filter.netns_count)
		asks |= ASKS_NETNS;
	if (o->filter.cgroup_count)
		asks |= ASKS_CGROUP;
	if (o->output.top_ns)
		asks |= ASKS_CGROUP | ASKS_UID;
	for (unsigned i = 0; i < o->output.figures.by.count; i++)
		asks |= o->output.figures.by.keys[i]->asks;
	for (size_t i = 0; i < fields_count && !o->output.stats; i++)
		if (is_told(o, &fields[i]))
			asks |= fields[i].asks;
	return asks;
}

struct trace_request options_trace(const struct options *o)
{
	return (struct trace_request){
		.scope = &o->scope,
		.asks = asks_of(o),
		.netns = o->filter.netns_count == 1 ? o->filter.netns[0] : 0,
		.existing = o->existing,
		.open = o->open,
		.wishes = { o->probe ? hook_word(o->probe) : NULL, o->btf, o->transport,
			    o->accept },
		.btf_file = o->btf_file,
		.max_sessions = o->max_sessions,
		.buffer_kb = o->buffer_kb,
	};
}

bool options_describe(unsigned n, struct options_description *d)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option *o = &option_table[i];

		if (!o->name || n--)
			continue;
		*d = (struct options_description){
			.name = o->name,
			.letter = o->letter,
			.argument = o->argument,
			.help = o->help,
			.words = o->words,
			.list = o->words == filter_ending || o->words == field_group_name ||
				o->words == measure_name,
			.file = o->words == btf_word || o->take == take_file,
			.users = o->filter == filter_add_uids,
		};
		return true;
	}
	return false;
}
