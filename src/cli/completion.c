// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "completion.h"

#include <string.h>

/* Prints the words, or nothing if words is NULL. */
static void print_words(FILE *out, words_fn *words)
{
	for (unsigned i = 0; words && words(i); i++)
		fprintf(out, "%s%s", i ? " " : "", words(i));
}

/* Prints "--end)" or "-L | --localport)". */
static void print_case(FILE *out, const struct options_description *o)
{
	fputs("    ", out);
	if (o->letter)
		fprintf(out, "-%c | ", o->letter);
	fprintf(out, "%s) ", o->name);
}

static void print_bash(FILE *out)
{
	struct options_description o;

	fputs("# bash completion for tcplife, as tcplife --completion bash prints it\n"
	      "_tcplife()\n"
	      "{\n"
	      "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
	      "    local words='' list='' names=''\n"
	      "    # --end=timeout comes as three words.\n"
	      "    if [ \"$word\" = = ]; then\n"
	      "        word=''\n"
	      "    elif [ \"$before\" = = ]; then\n"
	      "        before=${COMP_WORDS[COMP_CWORD - 2]}\n"
	      "    fi\n"
	      "    case $before in\n",
	      out);
	for (unsigned i = 0; options_describe(i, &o); i++) {
		if (!o.argument || *o.argument == '[')
			continue;
		print_case(out, &o);
		fputs("words='", out);
		print_words(out, o.words);
		fprintf(out, "'%s%s%s ;;\n", o.list ? " list=1" : "", o.file ? " names=-f" : "",
			o.users ? " list=1 names=-u" : "");
	}
	fputs("    *) words='", out);
	for (unsigned i = 0; options_describe(i, &o); i++)
		fprintf(out, "%s%s", i ? " " : "", o.name);
	fputs("' ;;\n"
	      "    esac\n"
	      "    local taken=''\n"
	      "    if [ -n \"$list\" ] && [ \"$word\" != \"${word%,*}\" ]; then taken=${word%,*},; "
	      "fi\n"
	      "    mapfile -t COMPREPLY < <(compgen $names -P \"$taken\" -W \"$words\" -- "
	      "\"${word##*,}\")\n"
	      "}\n"
	      "complete -o filenames -F _tcplife tcplife\n",
	      out);
}

/* Prints the help in brackets, for a string in single quotes. */
static void print_zsh_help(FILE *out, const char *help)
{
	for (; *help; help++) {
		if (*help == '\'')
			fputs("'\\''", out);
		else if (*help == '[' || *help == ']')
			fprintf(out, "\\%c", *help);
		else
			fputc(*help == '\n' ? ' ' : *help, out);
	}
}

/* Prints what may follow the option: ":LIST:_values -s , LIST fin-local fin-remote". */
static void print_zsh_argument(FILE *out, const struct options_description *o)
{
	if (!o->argument)
		return;
	/* One that may be left out is in brackets. */
	if (*o->argument == '[')
		fprintf(out, "::%.*s:", (int)strcspn(o->argument + 1, "]"), o->argument + 1);
	else
		fprintf(out, ":%s:", o->argument);
	if (!o->words && o->file)
		fputs("_files", out);
	if (o->users)
		fputs("_sequence _users", out);
	if (!o->words)
		return;
	if (o->list)
		fprintf(out, "_values -s , %s ", o->argument);
	else
		fputs(o->file ? "{compadd " : "(", out);
	print_words(out, o->words);
	if (!o->list)
		fputs(o->file ? "; _files}" : ")", out);
}

static void print_zsh(FILE *out)
{
	struct options_description o;

	fputs("#compdef tcplife\n"
	      "# zsh completion for tcplife, as tcplife --completion zsh prints it\n"
	      "_arguments -s",
	      out);
	for (unsigned i = 0; options_describe(i, &o); i++) {
		const char *equals = o.argument ? "=" : "";

		fputs(" \\\n    ", out);
		if (o.letter)
			fprintf(out, "'(-%c %s)'{-%c%s,%s%s}'[", o.letter, o.name, o.letter,
				o.argument ? "+" : "", o.name, equals);
		else
			fprintf(out, "'%s%s[", o.name, equals);
		print_zsh_help(out, o.help);
		fputc(']', out);
		print_zsh_argument(out, &o);
		fputc('\'', out);
	}
	fputc('\n', out);
}

/* Prints the help in single quotes, on one line. */
static void print_fish_help(FILE *out, const char *help)
{
	fputc('\'', out);
	for (; *help; help++) {
		if (*help == '\'' || *help == '\\')
			fputc('\\', out);
		fputc(*help == '\n' ? ' ' : *help, out);
	}
	fputc('\'', out);
}

/*
 * Prints the candidates for the argument: the words or, in a list, the words behind what precedes
 * the last comma.
 */
static void print_fish_argument(FILE *out, const struct options_description *o)
{
	fputs(o->file ? " -rF" : " -x", out);
	if (o->users)
		fputs(" -a '(__tcplife_list (__fish_complete_users))'", out);
	if (!o->words)
		return;
	fputs(o->list ? " -a '(__tcplife_list " : " -a '", out);
	print_words(out, o->words);
	fputs(o->list ? ")'" : "'", out);
}

static void print_fish(FILE *out)
{
	struct options_description o;

	fputs("# fish completion for tcplife, as tcplife --completion fish prints it\n"
	      "function __tcplife_list\n"
	      "    set -l word (string replace -r '^--[^=]*=' '' -- (commandline -ct))\n"
	      "    set -l taken (string match -r '^.*,' -- $word)\n"
	      "    string join \\n -- \"$taken\"$argv\n"
	      "end\n"
	      "complete -c tcplife -f\n",
	      out);
	for (unsigned i = 0; options_describe(i, &o); i++) {
		fprintf(out, "complete -c tcplife -l %s", o.name + strlen("--"));
		if (o.letter)
			fprintf(out, " -s %c", o.letter);
		if (o.argument)
			print_fish_argument(out, &o);
		fputs(" -d ", out);
		print_fish_help(out, o.help);
		fputc('\n', out);
	}
}

void completion_print(FILE *out, enum options_completion shell)
{
	switch (shell) {
	case COMPLETION_BASH:
		print_bash(out);
		break;
	case COMPLETION_ZSH:
		print_zsh(out);
		break;
	case COMPLETION_FISH:
		print_fish(out);
		break;
	case COMPLETION_NONE:
		break;
	}
}
