/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options.h"

#include <string.h>

#include "text.h"

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
};

static take_fn take_flag, take_value, take_pids, take_ports, take_seconds, take_count, take_probe,
	take_btf, take_max_sessions;

#define FIELD(member) .field = offsetof(struct options, member)

/* The options: what is parsed, and what --help tells, in this order. */
static const struct option all[] = {
	{.help = "output"},
	{"--time", 'T', NULL, "add the column TIME, the end by the clock", take_flag, FIELD(time)},
	{"--timestamp", 't', NULL,
	 "add the column TIME(s), the end in seconds since\nthe first one", take_flag,
	 FIELD(timestamp)},
	{"--wide", 'w', NULL, "wider columns, which fit IPv6 addresses", take_flag, FIELD(wide)},
	{"--csv", 's', NULL, "comma separated values", take_value, FIELD(format), FORMAT_CSV},
	{"--json", 'j', NULL, "JSON Lines: every field, bytes and nanoseconds", take_value,
	 FIELD(format), FORMAT_JSON},
	{"--extended", 'x', NULL,
	 "add the columns DIR, END, CONN_MS, RTT_MS, RETRANS,\nUID and NETNS", take_flag,
	 FIELD(extended)},

	{.help = "which sessions"},
	{"--pid", 'p', "LIST", "owned by these processes: 181,182", take_pids, FIELD(pids)},
	{"--localport", 'L', "LIST", "with these local ports: 80,443,8000-8100", take_ports,
	 FIELD(local_ports)},
	{"--remoteport", 'D', "LIST", "with these remote ports", take_ports, FIELD(remote_ports)},
	{"--ipv4", '4', NULL, "IPv4 only", take_value, FIELD(family), 4},
	{"--ipv6", '6', NULL, "IPv6 only", take_value, FIELD(family), 6},
	{"--existing", 0, NULL, "also those that are older than the tracer", take_flag,
	 FIELD(existing)},
	{"--open", 0, NULL, "at exit, also those that are still open;\nadds the column END",
	 take_flag, FIELD(open)},

	{.help = "when to end"},
	{"--duration", 'd', "SECS", "after so many seconds: 10, 0.5", take_seconds,
	 FIELD(duration_ns)},
	{"--count", 'n', "N", "after so many sessions", take_count, FIELD(count)},

	{.help = "how to trace"},
	{"--probe", 0, "PROBE",
	 "auto (default), tracepoint or kprobe; or one of the\n"
	 "two kinds of tracepoint: typed, classic",
	 take_probe, FIELD(probe)},
	{"--btf", 0, "SOURCE", "where the kernel's layout is from: auto (default),\n"
	 "a BTF file, or none: found out without BTF",
	 take_btf, FIELD(btf_file)},
	{"--max-sessions", 0, "N",
	 "room for so many sessions at once\n(default " EXPAND(OPTIONS_MAX_SESSIONS) ")",
	 take_max_sessions, FIELD(max_sessions)},
	{"--check", 0, NULL, "say what this kernel offers and which probe would be\nused, and exit",
	 take_flag, FIELD(check)},

	{.help = "other"},
	{"--verbose", 'v', NULL, "say on stderr what is done, and why", take_flag, FIELD(verbose)},
	{"--help", 'h', NULL, "show this text and exit", NULL, .value = OPTIONS_HELP},
	{"--version", 'V', NULL, "show the version and exit", NULL, .value = OPTIONS_VERSION},
};

static const char *const examples[][2] = {
	{"", "every TCP session that ends"},
	{"-D 80,443", "those to remote ports 80 and 443"},
	{"-L 8000-8100 -4", "those to local ports 8000 to 8100, IPv4 only"},
	{"-p 181", "those of process 181"},
	{"-tw", "seconds in front, and room for IPv6"},
	{"-stT", "CSV, with both times"},
	{"-x -d 10", "ten seconds of them, and how each one ended"},
	{"-j | jq .raddr", "remote addresses, by way of JSON"},
};

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

static bool add_pid(struct options *o, uint32_t pid)
{
	for (size_t i = 0; i < o->pid_count; i++)
		if (o->pids[i] == pid)
			return true;
	if (o->pid_count == OPTIONS_PIDS)
		return false;
	o->pids[o->pid_count++] = pid;
	return true;
}

static bool take_pids(struct parse *p)
{
	const char *word = p->value;

	for (;;) {
		const size_t length = strcspn(word, ",");
		uint64_t pid;

		if (!length)
			return blame_value(p, "lacks a pid");
		if (!text_read_number(word, length, 4194304, &pid) || !pid)
			return blame_word(&p->blame, word, length, "is not a pid (1 to 4194304)");
		if (!add_pid(p->options, (uint32_t)pid))
			return blame_word(&p->blame, word, length,
					  "is one pid too many (" EXPAND(OPTIONS_PIDS) ")");
		if (!word[length])
			return true;
		word += length + 1;
	}
}

static bool take_ports(struct parse *p)
{
	return ports_add_list(parse_field(p), p->value, &p->blame);
}

/* Digits, with or without a fraction; what is finer than a nanosecond is dropped. */
static bool read_seconds(const char *word, uint64_t *ns)
{
	const size_t whole_length = strcspn(word, ".");
	const char *digit = word + whole_length;
	uint64_t whole = 0, unit = 1000000000;

	if (whole_length && !text_read_number(word, whole_length, 1000000000, &whole))
		return false;
	if (!whole_length && !digit[0])
		return false;
	*ns = whole * unit;
	if (!*digit)
		return true;
	while (*++digit) {
		if (*digit < '0' || *digit > '9')
			return false;
		unit /= 10;
		*ns += unit * (uint64_t)(*digit - '0');
	}
	return true;
}

static bool take_seconds(struct parse *p)
{
	uint64_t *ns = parse_field(p);

	if (read_seconds(p->value, ns) && *ns)
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

static bool take_probe(struct parse *p)
{
	static const struct {
		const char *name;
		enum options_probe probe;
	} probes[] = {
		{"auto", WANT_AUTO},
		{"tracepoint", WANT_TRACEPOINT},
		{"typed", WANT_TYPED},
		{"tracepoint-typed", WANT_TYPED},
		{"classic", WANT_CLASSIC},
		{"tracepoint-classic", WANT_CLASSIC},
		{"kprobe", WANT_KPROBE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		if (strcmp(p->value, probes[i].name) == 0) {
			p->options->probe = probes[i].probe;
			return true;
		}
	}
	return blame_value(p, "is not a probe (auto, tracepoint, typed, classic or kprobe)");
}

static bool take_btf(struct parse *p)
{
	const bool none = strcmp(p->value, "none") == 0;
	const bool file = !none && strcmp(p->value, "auto") != 0;

	if (!*p->value)
		return blame_value(p, "is not a source of BTF (auto, none or a file)");
	p->options->btf_none = none;
	p->options->btf_file = file ? p->value : NULL;
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

enum options_status options_parse(struct options *o, int argc, char *const argv[], char *error,
				  size_t error_size)
{
	struct parse p = {.options = o, .word = argv + 1, .blame = {.word = "", .reason = ""}};
	enum options_status status = OPTIONS_RUN;

	*o = (struct options){.max_sessions = OPTIONS_MAX_SESSIONS};
	for (; argc > 0 && *p.word && status == OPTIONS_RUN; p.word++) {
		status = take_word(&p);
		if (status == OPTIONS_ERROR)
			explain(&p, error, error_size);
	}
	return status;
}

/* One option and its help; the help's later lines stand below the first. */
static void print_option(FILE *out, const struct option *o)
{
	char letter[] = "   ";
	const char *line = o->help;
	int width;

	if (o->letter)
		memcpy(letter, (char[]){'-', o->letter, ','}, 3);
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
