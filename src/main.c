// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parses the command line and runs what it asks for. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/check.h"
#include "base/clock.h"
#include "base/host.h"
#include "trace/choice.h"
#include "cli/completion.h"
#include "base/kernel_log.h"
#include "base/message.h"
#include "cli/options.h"
#include "run.h"
#include "selftest.h"
#include "cli/version.h"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_CANNOT_TRACE = 1,
	EXIT_USAGE = 2,
};

/*
 * If a standard stream is closed, the next open() takes its number, and messages would go into that
 * file. This opens a placeholder that cannot be written to, so that such writes fail.
 */
static void streams_reserve(void)
{
	int fd;

	do
		fd = open("/", O_PATH | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Returns code, or a failure if standard output could not be written. */
static int printed(int code)
{
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	fprintf(stderr, "tcplife: cannot write to standard output: %s\n", strerror(errno));
	return EXIT_CANNOT_TRACE;
}

static int check(const struct options *options)
{
	const struct trace_request request = options_trace(options);
	struct choice choice;
	bool works = choice_make(&choice, &request);

	if (options->output.format == FORMAT_JSON)
		check_print_json(stdout, &choice);
	else
		check_print(stdout, &choice);
	choice_free(&choice);
	return printed(works ? EXIT_DONE : EXIT_CANNOT_TRACE);
}

static int trace(const struct options *options)
{
	char why[1024];

	if (run_trace(options, why, sizeof(why)))
		return EXIT_DONE;
	message("%s", why);
	return EXIT_CANNOT_TRACE;
}

int main(int argc, char *argv[])
{
	static struct options options;
	char error[OPTIONS_ERROR_SIZE];

	streams_reserve();
	clock_start();
	switch (options_parse(&options, argc, argv, error, sizeof(error))) {
	case OPTIONS_HELP:
		options_usage(stdout);
		return printed(EXIT_DONE);
	case OPTIONS_VERSION:
		version_print(stdout, options.verbose);
		return printed(EXIT_DONE);
	case OPTIONS_ERROR:
		fprintf(stderr, "tcplife: %s\n", error);
		return EXIT_USAGE;
	case OPTIONS_RUN:
		break;
	}
	if (options.completion != COMPLETION_NONE) {
		completion_print(stdout, options.completion);
		return printed(EXIT_DONE);
	}
	kernel_log_start(options.verbose);
	/* Records that are read come from any host. */
	if (!options.read)
		host_start(options.output.host);
	if (options.self_test)
		return printed(selftest_run(stdout, &options) ? EXIT_DONE : EXIT_CANNOT_TRACE);
	return options.check ? check(&options) : trace(&options);
}
