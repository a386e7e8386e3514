// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* options -> choose -> drain -> write -> report */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "choice.h"
#include "kernel_log.h"
#include "options.h"
#include "run.h"
#include "version.h"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_CANNOT_TRACE = 1,
	EXIT_USAGE = 2,
};

static int check(const struct options *options)
{
	struct choice choice;
	bool works = choice_make(&choice, options, NULL, NULL);

	if (options->format == FORMAT_JSON)
		check_print_json(stdout, &choice, options);
	else
		check_print(stdout, &choice, options);
	choice_free(&choice);
	return works ? EXIT_DONE : EXIT_CANNOT_TRACE;
}

static int trace(const struct options *options)
{
	char why[1024];

	if (run_trace(options, why, sizeof(why)))
		return EXIT_DONE;
	fprintf(stderr, "tcplife: %s\n", why);
	return EXIT_CANNOT_TRACE;
}

int main(int argc, char *argv[])
{
	static struct options options;
	char error[OPTIONS_ERROR_SIZE];

	switch (options_parse(&options, argc, argv, error, sizeof(error))) {
	case OPTIONS_HELP:
		options_usage(stdout);
		return EXIT_DONE;
	case OPTIONS_VERSION:
		printf("tcplife %s\n", TCPLIFE_VERSION);
		return EXIT_DONE;
	case OPTIONS_ERROR:
		fprintf(stderr, "tcplife: %s\n", error);
		return EXIT_USAGE;
	case OPTIONS_RUN:
		break;
	}
	kernel_log_start(options.verbose);
	return options.check ? check(&options) : trace(&options);
}
