/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options.h"

#include <string.h>

#include "base/words.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define STRINGIFY(x)	#x
#define EXPAND(x)	STRINGIFY(x)
#define HELP_COLUMN	28
#define BLAMED_WORD_MAX 64 /* columns of a bad word that an error text shows */

struct option;

/* The state of a parse. */
struct parse {
	struct options *options;
	char *const *word;	     /* of argv, the one at hand */
	const struct option *option; /* likewise; NULL: not known yet */
	bool by_letter;		     /* it was given as -L, not as --localport */
	char letter[3];		     /* then, "-L" */
	const char *value;	     /* its argument, if it takes one */
	struct blame blame;
};

/* How an option is stored; its argument is p->value. False: the error is in p->blame. */
typedef bool take_fn(struct parse *p);

struct option {
	const char *name; /* with its dashes; NULL: a heading, which is in help */
	char letter;	  /* or 0 */
	const char *argument;
	const char *help; /* one line or more */
	take_fn *take;	  /* NULL: ends the parse, with status `value` */
	size_t field;	  /* where in struct options */
	int value;	  /* what take_value stores there */
	words_fn *words;  /* those that its argument may be, or be made of; NULL: others */
	/* What take_filter calls. */
	bool (*filter)(struct filter *f, const char *word, struct blame *blame);
};

static take_fn take_flag, take_value, take_pids, take_ports, take_seconds, take_count, take_probe,
	take_btf, take_max_sessions, take_buffer, take_word_of, take_completion, take_filter,
	take_keys;
static words_fn header_word, color_word, probe_word, btf_word, transport_word, shell_word;

#define FIELD(member) .field = offsetof(struct options, member)

/* The options: what is parsed, and what --help tells, in this order. */
static const struct option all[] = {
	{ .help = "output" },
	{ "--time", 'T', NULL, "add the column TIME, the end by the clock", take_flag,
	  FIELD(time) },
	{ "--timestamp", 't', NULL,
	  "add the column TIME(s), the end in seconds since\nthe first one", take_flag,
	  FIELD(timestamp) },
	{ "--wide", 'w', NULL, "wider columns, which fit IPv6 addresses", take_flag, FIELD(wide) },
	{ "--csv", 's', NULL, "comma separated values", take_value, FIELD(format), FORMAT_CSV },
	{ "--json", 'j', NULL, "JSON Lines: every field, bytes and nanoseconds", take_value,
	  FIELD(format), FORMAT_JSON },
	{ "--extended", 'x', NULL,
	  "add the columns DIR, END, CONN_MS, RTT_MS, RETRANS,\nUID, NETNS and CGROUP", take_flag,
	  FIELD(extended) },

	{ "--header", 0, "WHETHER", "no: leave out the line of column names (default yes)",
	  take_word_of, FIELD(header), .words = header_word },
	{ "--color", 0, "WHEN",
	  "failed endings in red: always, never, or auto, which\n"
	  "is on a terminal unless NO_COLOR is set (default)",
	  take_word_of, FIELD(color), .words = color_word },

	{ .help = "which sessions" },
	{ "--pid", 'p', "LIST", "owned by these processes: 181,182", take_pids, FIELD(pids) },
	{ "--localport", 'L', "LIST", "with these local ports: 80,443,8000-8100", take_ports,
	  FIELD(local_ports) },
	{ "--remoteport", 'D', "LIST", "with these remote ports", take_ports, FIELD(remote_ports) },
	{ "--ipv4", '4', NULL, "IPv4 only", take_value, FIELD(family), 4 },
	{ "--ipv6", '6', NULL, "IPv6 only", take_value, FIELD(family), 6 },
	{ "--comm", 0, "NAMES", "owned by processes of these names: nginx,'php*'", take_filter,
	  .filter = filter_add_comms },
	{ "--uid", 0, "USERS", "owned by these users, by number or name: 0,www-data", take_filter,
	  .filter = filter_add_uids },
	{ "--laddr", 0, "NETS", "with these local addresses: 192.0.2.1,10.0.0.0/8", take_filter,
	  .filter = filter_add_laddrs },
	{ "--raddr", 0, "NETS", "with these remote addresses: 2001:db8::/32", take_filter,
	  .filter = filter_add_raddrs },
	{ "--min-ms", 0, "MS", "that lasted so many milliseconds or longer: 0.5", take_filter,
	  .filter = filter_set_min_ms },
	{ "--end", 0, "ENDINGS",
	  "that ended like this: fin-local, fin-remote,\nfin-both, rst-local, rst-remote, "
	  "rst-closed,\n"
	  "timeout, refused, unreachable, cancelled, aborted,\nerror, open, unknown",
	  take_filter, .words = filter_ending, .filter = filter_add_endings },
	{ "--existing", 0, NULL, "also those that are older than the tracer", take_flag,
	  FIELD(existing) },
	{ "--open", 0, NULL, "at exit, also those that are still open;\nadds the column END",
	  take_flag, FIELD(open) },

	{ .help = "statistics" },
	{ "--stats", 0, NULL,
	  "instead of sessions: how many there were in each\n"
	  "group, what they moved, how long they lasted",
	  take_flag, FIELD(stats) },
	{ "--by", 0, "KEYS",
	  "what makes a group: port, pid, comm, uid, ip, laddr,\n"
	  "lport, raddr, rport, dir, end, errno, owner, netns,\n"
	  "cgroup (default: port,dir); port is the service's,\n"
	  "be it local or remote",
	  take_keys, FIELD(by), .words = field_group_name },
	{ "--interval", 0, "SECS", "print them so often, and not only at exit", take_seconds,
	  FIELD(interval_ns) },

	{ .help = "when to end" },
	{ "--duration", 'd', "SECS", "after so many seconds: 10, 0.5", take_seconds,
	  FIELD(duration_ns) },
	{ "--count", 'n', "N", "after so many sessions", take_count, FIELD(count) },

	{ .help = "how to trace" },
	{ "--probe", 0, "PROBE",
	  "auto (default), tracepoint or kprobe; or one of the\n"
	  "two kinds of tracepoint: typed, raw",
	  take_probe, FIELD(probe), .words = probe_word },
	{ "--btf", 0, "SOURCE",
	  "where the kernel's layout is from: auto (default),\n"
	  "a BTF file, or none: found out without BTF",
	  take_btf, FIELD(btf_file), .words = btf_word },
	{ "--transport", 0, "BUFFER",
	  "how records leave the kernel: auto (default), ring\n"
	  "or perf, with the programs for kernels before 5.8",
	  take_word_of, FIELD(transport), .words = transport_word },
	{ "--max-sessions", 0, "N",
	  "room for so many sessions at once (default by\nmemory: 262144 to 1048576)",
	  take_max_sessions, FIELD(max_sessions) },
	{ "--buffer", 0, "KB",
	  "room for records that wait to be printed (default\nby memory: 1024 to 16384)",
	  take_buffer, FIELD(buffer_kb) },
	{ "--check", 0, NULL,
	  "say what this kernel offers and which probe would be\nused, and exit", take_flag,
	  FIELD(check) },

	{ .help = "other" },
	{ "--verbose", 'v', NULL, "say on stderr what is done, and why", take_flag,
	  FIELD(verbose) },
	{ "--completion", 0, "SHELL", "show the completion for bash or zsh, and exit",
	  take_completion, FIELD(completion), .words = shell_word },
	{ "--help", 'h', NULL, "show this text and exit", NULL, .value = OPTIONS_HELP },
	{ "--version", 'V', NULL, "show the version and exit; with -v, also what is\nlinked in",
	  take_flag, FIELD(version) },
};

static const char *const examples[][2] = {
	{ "", "every TCP session that ends" },
	{ "-D 80,443", "those to remote ports 80 and 443" },
	{ "-L 8000-8100 -4", "those to local ports 8000 to 8100, IPv4 only" },
	{ "-p 181", "those of process 181" },
	{ "-tw", "seconds in front, and room for IPv6" },
	{ "-stT", "CSV, with both times" },
	{ "-x -d 10", "ten seconds of them, and how each one ended" },
	{ "-j | jq .raddr", "remote addresses, by way of JSON" },
};

static const char *header_word(unsigned n)
{
	return n < HEADERS ? (const char *[]){ "yes", "no" }[n] : NULL;
}

static const char *color_word(unsigned n)
{
	return n < COLORS ? (const char *[]){ "auto", "always", "never" }[n] : NULL;
}

static const char *probe_word(unsigned n)
{
	return n < 5 ? (const char *[]){ "auto", "tracepoint", "typed", "raw", "kprobe" }[n] : NULL;
}

static const char *transport_word(unsigned n)
{
	return n < TRANSPORTS ? (const char *[]){ "auto", "ring", "perf" }[n] : NULL;
}

static const char *btf_word(unsigned n)
{
	return n < 2 ? (const char *[]){ "auto", "none" }[n] : NULL;
}

static const char *shell_word(unsigned n)
{
	return n < 2 ? (const char *[]){ "bash", "zsh" }[n] : NULL;
}

static void *parse_field(const struct parse *p)
{
	return (char *)p->options + p->option->field;
}

static bool blame_value(struct parse *p, const char *reason)
{
	return blame_word(&p->blame, p->value, strlen(p->value), reason);
}

static bool take_flag(struct parse *p)
{
	*(bool *)parse_field(p) = true;
	return true;
}

/* The option that stored this value in this field; there is one. */
static const struct option *find_rival(size_t field, int value)
{
	const struct option *o = all;

	while (o->take != take_value || o->field != field || o->value != value)
		o++;
	return o;
}

/* One of several that exclude each other, because they are stored in the same place. */
static bool take_value(struct parse *p)
{
	int *field = parse_field(p);

	if (*field && *field != p->option->value) {
		p->value = find_rival(p->option->field, *field)->name;
		return blame_value(p, "was given as well; choose one");
	}
	*field = p->option->value;
	return true;
}

static bool add_pid(void *to, const char *word, size_t length, struct blame *blame)
{
	struct options *o = to;
	uint64_t pid;

	if (!text_read_number(word, length, 4194304, &pid) || !pid)
		return blame_word(blame, word, length, "is not a pid (1 to 4194304)");
	for (size_t i = 0; i < o->pid_count; i++)
		if (o->pids[i] == pid)
			return true;
	if (o->pid_count == OPTIONS_PIDS)
		return blame_word(blame, word, length,
				  "is one pid too many (" EXPAND(OPTIONS_PIDS) ")");
	o->pids[o->pid_count++] = (uint32_t)pid;
	return true;
}

static bool take_pids(struct parse *p)
{
	return words_each(p->value, "lacks a pid", add_pid, p->options, &p->blame);
}

/* Its value is one of a few words, and stored as the number of that. */
static bool take_word_of(struct parse *p)
{
	const size_t length = strlen(p->value);
	unsigned n;

	if (!words_find(p->option->words, p->value, length, &n))
		return words_blame(p->option->words, "is not one of them", p->value, length,
				   &p->blame);
	*(unsigned *)parse_field(p) = n;
	return true;
}

static bool take_completion(struct parse *p)
{
	const size_t length = strlen(p->value);
	unsigned n;

	if (!words_find(shell_word, p->value, length, &n))
		return blame_value(p, "is not a shell (bash or zsh)");
	p->options->completion = n ? COMPLETION_ZSH : COMPLETION_BASH;
	return true;
}

static bool take_filter(struct parse *p)
{
	return p->option->filter(&p->options->filter, p->value, &p->blame);
}

static bool take_keys(struct parse *p)
{
	return stats_by_add(parse_field(p), p->value, &p->blame);
}

static bool take_ports(struct parse *p)
{
	return ports_add_list(parse_field(p), p->value, &p->blame);
}

static bool take_seconds(struct parse *p)
{
	uint64_t *ns = parse_field(p);

	if (words_read_decimal(p->value, 1000000000, ns) && *ns)
		return true;
	return blame_value(p, "is not a time in seconds (above 0, up to 1000000000)");
}

static bool take_count(struct parse *p)
{
	uint64_t *count = parse_field(p);

	if (text_read_number(p->value, strlen(p->value), UINT64_MAX, count) && *count)
		return true;
	return blame_value(p, "is not a number of sessions (1 or more)");
}

static bool take_max_sessions(struct parse *p)
{
	uint32_t *field = parse_field(p);
	uint64_t max;

	if (!text_read_number(p->value, strlen(p->value), 16777216, &max) || !max)
		return blame_value(p, "is not a number of sessions (1 to 16777216)");
	*field = (uint32_t)max;
	return true;
}

static bool take_buffer(struct parse *p)
{
	uint32_t *field = parse_field(p);
	uint64_t kb;

	if (!text_read_number(p->value, strlen(p->value), 1048576, &kb) || !kb)
		return blame_value(p, "is not a size in KB (1 to 1048576)");
	*field = (uint32_t)kb;
	return true;
}

static bool take_probe(struct parse *p)
{
	static const struct {
		const char *name;
		enum probe_wish probe;
	} probes[] = {
		{ "auto", PROBE_AUTO },	    { "tracepoint", PROBE_TRACEPOINT },
		{ "typed", PROBE_TYPED },   { "raw", PROBE_RAW },
		{ "kprobe", PROBE_KPROBE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		if (strcmp(p->value, probes[i].name) == 0) {
			p->options->probe = probes[i].probe;
			return true;
		}
	}
	return blame_value(p, "is not a probe (auto, tracepoint, typed, raw or kprobe)");
}

static bool take_btf(struct parse *p)
{
	if (!*p->value)
		return blame_value(p, "is not a source of BTF (auto, none or a file)");
	p->options->btf_file = NULL;
	if (strcmp(p->value, "auto") == 0) {
		p->options->btf = BTF_AUTO;
	} else if (strcmp(p->value, "none") == 0) {
		p->options->btf = BTF_NONE;
	} else {
		p->options->btf = BTF_FILE;
		p->options->btf_file = p->value;
	}
	return true;
}

/* The same name, or the same up to the value that follows in the word. */
static bool is_named(const struct option *o, const char *word)
{
	const size_t length = o->name ? strlen(o->name) : 0;

	return length && strncmp(word, o->name, length) == 0 &&
	       (word[length] == '\0' || word[length] == '=');
}

static const struct option *find_name(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (is_named(&all[i], word))
			return &all[i];
	return NULL;
}

static const struct option *find_letter(char letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i].letter && all[i].letter == letter)
			return &all[i];
	return NULL;
}

/* attached: the value that stands in the same word, or NULL. */
static enum options_status take_option(struct parse *p, const char *attached)
{
	const struct option *o = p->option;

	if (o->argument && !attached)
		attached = *++p->word;
	p->value = attached;
	if (o->argument && !attached) {
		blame_word(&p->blame, o->argument, strlen(o->argument), "is missing");
		return OPTIONS_ERROR;
	}
	if (!o->argument && attached) {
		blame_value(p, "is one value too many: it takes none");
		return OPTIONS_ERROR;
	}
	if (!o->take)
		return (enum options_status)o->value;
	return o->take(p) ? OPTIONS_RUN : OPTIONS_ERROR;
}

/* -L80, or flags in a row: -stT. */
static enum options_status take_letters(struct parse *p)
{
	enum options_status status = OPTIONS_RUN;

	for (const char *letter = *p->word + 1; *letter && status == OPTIONS_RUN; letter++) {
		const struct option *o = find_letter(*letter);

		p->letter[0] = '-';
		p->letter[1] = *letter;
		p->option = o;
		p->by_letter = true;
		if (!o) {
			blame_word(&p->blame, p->letter, 2, "is not an option");
			return OPTIONS_ERROR;
		}
		if (o->argument)
			return take_option(p, letter[1] ? letter + 1 : NULL);
		status = take_option(p, NULL);
	}
	return status;
}

static enum options_status take_name(struct parse *p)
{
	const char *equals = strchr(*p->word, '=');

	p->by_letter = false;
	p->option = find_name(*p->word);
	if (p->option)
		return take_option(p, equals ? equals + 1 : NULL);
	blame_word(&p->blame, *p->word, equals ? (size_t)(equals - *p->word) : strlen(*p->word),
		   "is not an option");
	return OPTIONS_ERROR;
}

static enum options_status blame_stray(struct parse *p)
{
	p->option = NULL;
	blame_word(&p->blame, *p->word, strlen(*p->word), "is not an option");
	return OPTIONS_ERROR;
}

/* One word of argv, and the next one, if that is its value. */
static enum options_status take_word(struct parse *p)
{
	const char *word = *p->word;

	if (word[0] != '-' || !word[1])
		return blame_stray(p);
	if (word[1] != '-')
		return take_letters(p);
	if (word[2])
		return take_name(p);
	if (!p->word[1])
		return OPTIONS_RUN;
	p->word++; /* after "--" there are no options, and we take nothing else */
	return blame_stray(p);
}

/* "-L: '70000' is not a port (1 to 65535); try --help" */
static void explain(const struct parse *p, char *error, size_t size)
{
	const struct blame *blame = &p->blame;
	char word[4 * BLAMED_WORD_MAX + 1]; /* no character has more than 4 bytes */
	const size_t length = blame->length < sizeof(word) ? blame->length : sizeof(word) - 1;
	struct text text;

	memcpy(word, blame->word, length);
	word[length] = '\0';
	text_init(&text, error, size - 1);
	if (p->option) {
		text_put_string(&text, p->by_letter ? p->letter : p->option->name);
		text_put_string(&text, ": ");
	}
	text_put_char(&text, '\'');
	text_put_name(&text, word, BLAMED_WORD_MAX);
	text_put_string(&text, "' ");
	text_put_string(&text, blame->reason);
	text_put_string(&text, "; try --help");
	*text.at = '\0';
}

/* Blames an option for another one, which it needs or excludes. */
static enum options_status blame_pair(struct parse *p, const char *name, const char *other,
				      const char *reason)
{
	p->option = find_name(name);
	p->by_letter = false;
	p->value = other;
	blame_value(p, reason);
	return OPTIONS_ERROR;
}

static enum options_status check_together(struct parse *p)
{
	const struct options *o = p->options;

	if (o->stats && o->format == FORMAT_CSV)
		return blame_pair(p, "--stats", "--csv", "was given as well; choose one");
	if (!o->stats && o->by.count)
		return blame_pair(p, "--by", "--stats", "is missing");
	if (!o->stats && o->interval_ns)
		return blame_pair(p, "--interval", "--stats", "is missing");
	return OPTIONS_RUN;
}

enum options_status options_parse(struct options *o, int argc, char *const argv[], char *error,
				  size_t error_size)
{
	struct parse p = { .options = o, .word = argv + 1, .blame = { .word = "", .reason = "" } };
	enum options_status status = OPTIONS_RUN;

	*o = (struct options){ 0 };
	/* Without its value, the last word leaves p.word at the end. */
	for (; argc > 0 && status == OPTIONS_RUN && *p.word; p.word++)
		status = take_word(&p);
	if (status == OPTIONS_RUN)
		status = o->version ? OPTIONS_VERSION : check_together(&p);
	if (status == OPTIONS_ERROR)
		explain(&p, error, error_size);
	return status;
}

unsigned options_asks(const struct options *o)
{
	unsigned asks = o->filter.uid_count ? ASKS_UID : 0;

	/* Those older than the tracer are found in their network namespace. */
	if (o->existing || o->open)
		asks |= ASKS_NETNS;
	for (unsigned i = 0; i < o->by.count; i++)
		asks |= o->by.keys[i]->asks;
	for (size_t i = 0; i < fields_count && !o->stats; i++)
		if (o->format == FORMAT_JSON || (o->extended && fields[i].column.title))
			asks |= fields[i].asks;
	return asks;
}

/* One option and its help; the help's later lines stand below the first. */
static void print_option(FILE *out, const struct option *o)
{
	char letter[] = "   ";
	const char *line = o->help;
	int width;

	if (o->letter)
		memcpy(letter, (char[]){ '-', o->letter, ',' }, 3);
	width = fprintf(out, "  %s %s%s%s", letter, o->name, o->argument ? " " : "",
			o->argument ? o->argument : "");
	for (;;) {
		const int length = (int)strcspn(line, "\n");

		fprintf(out, "%*s%.*s\n", HELP_COLUMN - width, "", length, line);
		if (!line[length])
			return;
		line += length + 1;
		width = 0;
	}
}

bool options_describe(unsigned n, struct options_description *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		const struct option *o = &all[i];

		if (!o->name || n--)
			continue;
		*d = (struct options_description){
			.name = o->name,
			.letter = o->letter,
			.argument = o->argument,
			.help = o->help,
			.words = o->words,
			.list = o->words == filter_ending || o->words == field_group_name,
			.file = o->words == btf_word,
		};
		return true;
	}
	return false;
}

void options_usage(FILE *out)
{
	fputs("usage: tcplife [OPTION]...\n\nTrace the lifespan of TCP sessions and summarize\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (all[i].name)
			print_option(out, &all[i]);
		else
			fprintf(out, "\n%s:\n", all[i].help);
	}
	fputs("\nexamples:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++)
		fprintf(out, "  tcplife %-18s# %s\n", examples[i][0], examples[i][1]);
}
