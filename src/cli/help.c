// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The text of --help. */
#include <string.h>

#include "option.h"

#define HELP_COLUMN 28

static const char *const examples[][2] = {
	{ "", "every TCP session that ends" },
	{ "-D 80,443", "only those to remote ports 80 and 443" },
	{ "-L 8000-8100 -4", "only those on local ports 8000 to 8100, IPv4" },
	{ "-p 181", "only those that process 181 owns" },
	{ "-tw", "with seconds, and room for IPv6" },
	{ "-stT", "CSV, with both times" },
	{ "-x -d 10", "for ten seconds; also how each one ended" },
	{ "-j | jq .raddr", "the remote addresses, from JSON" },
};

/* Prints an option and its help, aligning the help's further lines. */
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

void options_usage(FILE *out)
{
	fputs("usage: tcplife [OPTION]...\n\nTrace the lifespan of TCP sessions and summarize\n",
	      out);
	for (size_t i = 0; i < option_count; i++) {
		if (option_table[i].name)
			print_option(out, &option_table[i]);
		else
			fprintf(out, "\n%s:\n", option_table[i].help);
	}
	fputs("\nexamples:\n", out);
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
		fprintf(out, "  tcplife %-18s# %s\n", examples[i][0], examples[i][1]);
}
