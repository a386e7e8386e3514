// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The parser of argv, and its error messages. */
#include <stdio.h>
#include <string.h>

#include "option.h"
#include "version.h"

#define BLAMED_WORD_MAX 64 /* columns of a bad word shown in an error */

bool parse_blame(struct parse *p, const char *reason)
{
	return blame_word(&p->blame, p->value, strlen(p->value), reason);
}

/* Whether the word is the option's name, alone or followed by "=" and a value. */
static bool is_named(const struct option *o, const char *word)
{
	const size_t length = o->name ? strlen(o->name) : 0;

	return length && strncmp(word, o->name, length) == 0 &&
	       (word[length] == '\0' || word[length] == '=');
}

static const struct option *find_name(const char *word)
{
	for (size_t i = 0; i < option_count; i++)
		if (is_named(&option_table[i], word))
			return &option_table[i];
	return NULL;
}

/* A words_fn: the names of all options. */
static const char *option_name(unsigned n)
{
	struct options_description o;

	return options_describe(n, &o) ? o.name : NULL;
}

/* Blames a word that is no option, and names the one that it may be meant to be. */
static enum options_status blame_unknown(struct parse *p, const char *word, size_t length)
{
	static char reason[OPTIONS_ERROR_SIZE]; /* parsing ends at the first blame */
	const char *nearest = words_nearest(option_name, word, length);

	snprintf(reason, sizeof(reason), "is not an option%s%s%s", nearest ? " (did you mean " : "",
		 nearest ? nearest : "", nearest ? "?)" : "");
	blame_word(&p->blame, word, length, reason);
	return OPTIONS_ERROR;
}

/* Blames a letter, which may belong to a name that lacks a dash: -stats. */
static enum options_status blame_letter(struct parse *p)
{
	static char reason[OPTIONS_ERROR_SIZE];

	snprintf(reason, sizeof(reason), "-%s", *p->word);
	if (find_name(reason))
		snprintf(reason, sizeof(reason), "is not an option (did you mean %s?)",
			 find_name(reason)->name);
	else
		snprintf(reason, sizeof(reason), "is not an option");
	blame_word(&p->blame, p->letter, 2, reason);
	return OPTIONS_ERROR;
}

static const struct option *find_letter(char letter)
{
	for (size_t i = 0; i < option_count; i++)
		if (option_table[i].letter && option_table[i].letter == letter)
			return &option_table[i];
	return NULL;
}

/* Whether a word is the value of an option that may lack one. */
static bool is_value(const char *word)
{
	return word && *word && *word != '-';
}

/* attached: the value in the same word, or NULL. */
static enum options_status read_option(struct parse *p, const char *attached)
{
	const struct option *o = p->option;

	const bool optional = o->argument && *o->argument == '[';

	if (o->argument && !attached && !(optional && !is_value(p->word[1])))
		attached = *++p->word;
	p->value = attached;
	if (o->kernel)
		p->kernel = o;
	if (optional && !attached)
		return o->take(p) ? OPTIONS_RUN : OPTIONS_ERROR;
	if (o->argument && !attached) {
		blame_word(&p->blame, o->argument, strlen(o->argument), "is missing");
		return OPTIONS_ERROR;
	}
	if (!o->argument && attached) {
		parse_blame(p, "is one value too many: it takes none");
		return OPTIONS_ERROR;
	}
	if (!o->take)
		return (enum options_status)o->value;
	return o->take(p) ? OPTIONS_RUN : OPTIONS_ERROR;
}

/* Reads -L80, or several flags in one word: -stT. */
static enum options_status read_letters(struct parse *p)
{
	enum options_status status = OPTIONS_RUN;

	for (const char *letter = *p->word + 1; *letter && status == OPTIONS_RUN; letter++) {
		const struct option *o = find_letter(*letter);

		p->letter[0] = '-';
		p->letter[1] = *letter;
		p->option = o;
		p->by_letter = true;
		if (!o)
			return blame_letter(p);
		if (o->argument)
			return read_option(p, letter[1] ? letter + 1 : NULL);
		status = read_option(p, NULL);
	}
	return status;
}

static enum options_status read_name(struct parse *p)
{
	const char *equals = strchr(*p->word, '=');

	p->by_letter = false;
	p->option = find_name(*p->word);
	if (p->option)
		return read_option(p, equals ? equals + 1 : NULL);
	return blame_unknown(p, *p->word, equals ? (size_t)(equals - *p->word) : strlen(*p->word));
}

static enum options_status blame_stray(struct parse *p)
{
	p->option = NULL;
	blame_word(&p->blame, *p->word, strlen(*p->word), "is not an option");
	return OPTIONS_ERROR;
}

/* Reads a word of argv, and the next one if that is its value. */
static enum options_status read_word(struct parse *p)
{
	const char *word = *p->word;

	if (word[0] != '-' || !word[1])
		return blame_stray(p);
	if (word[1] != '-')
		return read_letters(p);
	if (word[2])
		return read_name(p);
	if (!p->word[1])
		return OPTIONS_RUN;
	p->word++; /* only operands follow "--", and we take none */
	return blame_stray(p);
}

/* Composes "-L: '70000' is not a port (1 to 65535); try --help". */
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

/* Blames an option for another one, which it requires or excludes. */
static enum options_status blame_pair(struct parse *p, const char *name, const char *other,
				      const char *reason)
{
	p->option = find_name(name);
	p->by_letter = false;
	p->value = other;
	parse_blame(p, reason);
	return OPTIONS_ERROR;
}

/* The option given that adds or widens columns; NULL if there is none. */
static const char *column_option(const struct options *o)
{
	if (o->output.time)
		return "--time";
	if (o->output.timestamp)
		return "--timestamp";
	if (o->output.wide)
		return "--wide";
	return o->output.extended ? "--extended" : NULL;
}

/* The option given that shows what is open; NULL if there is none. */
static const char *view_option(const struct options *o)
{
	if (o->output.list)
		return "--list";
	return o->output.top_ns ? "--top" : NULL;
}

/* The option given that shows something in place of sessions that end; NULL if there is none. */
static const char *mode_option(const struct options *o)
{
	return o->output.stats ? "--stats" : view_option(o);
}

/* The option given that cannot be given with the view, or NULL. */
static const char *view_rival(const struct options *o)
{
	if (o->output.stats)
		return "--stats";
	if (o->output.interval_ns)
		return "--interval";
	if (o->output.top_ns && o->output.list)
		return "--top";
	if (o->output.format != FORMAT_TABLE && o->output.top_ns)
		return o->output.format == FORMAT_CSV ? "--csv" : "--json";
	if (o->output.time || o->output.timestamp)
		return column_option(o);
	if (o->filter.endings)
		return "--end";
	if (o->output.list && o->duration_ns)
		return "--duration";
	if (o->output.list && o->output.metrics)
		return "--metrics";
	return o->count ? "--count" : NULL;
}

/* Blames an option that means nothing without another one. */
static enum options_status blame_lack(struct parse *p, const char *name, const char *reason)
{
	p->option = NULL;
	p->value = name;
	parse_blame(p, reason);
	return OPTIONS_ERROR;
}

/* Options that only statistics heed, or the metrics, or what shows the open sessions. */
static enum options_status check_statistics(struct parse *p)
{
	const struct options *o = p->options;

	if (o->output.stats)
		return OPTIONS_RUN;
	if (o->output.figures.by.count && !view_option(o) && !o->output.metrics)
		return blame_lack(p, "--by", "needs --stats, --top, --list or --metrics");
	if (o->output.figures.of)
		return blame_lack(p, "--of", "needs --stats");
	if (o->output.figures.groups && !o->output.metrics)
		return blame_lack(p, "--groups", "needs --stats or --metrics");
	if (o->output.no_histogram)
		return blame_lack(p, "--no-histogram", "needs --stats");
	if (o->output.interval_ns && !o->open && !o->output.metrics)
		return blame_lack(p, "--interval", "needs --stats, --open or --metrics");
	return OPTIONS_RUN;
}

static enum options_status check_together(struct parse *p)
{
	const struct options *o = p->options;

	if (o->read && p->kernel)
		return blame_pair(p, "--read", p->kernel->name,
				  "was given as well, and needs the kernel; choose one");
	if (o->read && o->output.interval_ns && !o->output.stats)
		return blame_pair(p, "--read", "--interval", "needs --stats as well");
	if ((o->check || o->self_test) && mode_option(o))
		return blame_pair(p, o->check ? "--check" : "--self-test", mode_option(o),
				  "was given as well; choose one");
	if (view_option(o) && view_rival(o))
		return blame_pair(p, view_option(o), view_rival(o),
				  "was given as well; choose one");
	if (o->output.stats && o->output.format == FORMAT_CSV)
		return blame_pair(p, "--stats", "--csv", "was given as well; choose one");
	if (o->output.stats && o->output.format == FORMAT_TABLE && column_option(o))
		return blame_pair(p, "--stats", column_option(o), "was given as well; choose one");
	if (check_statistics(p) != OPTIONS_RUN)
		return OPTIONS_ERROR;
	if ((o->filter.endings >> ENDING_OPEN & 1) && !o->open && !o->read)
		return blame_pair(p, "--end", "--open", "is missing");
	if ((o->output.extras & EXTRA_PPID) && mode_option(o) &&
	    (o->output.stats || o->output.format == FORMAT_TABLE))
		return blame_pair(p, "--ppid", mode_option(o), "was given as well; choose one");
	if ((o->output.extras & EXTRA_COMMUNITY) &&
	    (o->output.stats || o->output.format != FORMAT_JSON))
		return blame_pair(p, "--community-id", "--json",
				  o->output.stats ? "of sessions is missing" : "is missing");
	if (o->output.format == FORMAT_JSON && column_option(o))
		return blame_pair(p, "--json", column_option(o),
				  "was given as well, and JSON has no columns; choose one");
	return OPTIONS_RUN;
}

enum options_status options_parse(struct options *o, int argc, char *const argv[], char *error,
				  size_t error_size)
{
	struct parse p = { .options = o, .word = argv + 1, .blame = { .word = "", .reason = "" } };
	enum options_status status = OPTIONS_RUN;

	*o = (struct options){ 0 };
	/* If the last word lacks its value, p.word is at the end of argv. */
	for (; argc > 0 && status == OPTIONS_RUN && *p.word; p.word++)
		status = read_word(&p);
	if (status == OPTIONS_RUN)
		status = o->version ? OPTIONS_VERSION : check_together(&p);
	if (view_option(o))
		o->open = o->existing = true;
	o->output.ending = o->open;
	o->output.deltas =
		o->output.top_ns || (o->open && o->output.interval_ns && !o->output.stats);
	o->output.recorded = o->read;
	o->output.version = TCPLIFE_VERSION;
	o->output.filter = &o->filter;
	o->output.duration_ns = o->duration_ns;
	if (status == OPTIONS_ERROR)
		explain(&p, error, error_size);
	return status;
}
