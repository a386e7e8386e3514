// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * bench measure [-s SECONDS] [-o SESSIONS] ... [-- TRACER ARGUMENTS]: measures what a tracer costs
 * bench load    takes the same options, and runs only the load
 * bench empty   attaches a program that does nothing, until killed
 */
#include <getopt.h>
#include <unistd.h>

#include "common.h"
#include "load.h"
#include "measure.h"
#include "programs.h"

static const char usage[] =
	"usage: bench measure|load|empty [-s seconds of churn] [-r times]\n"
	"       [-b bytes] [-o sessions held open] [-k sessions open meanwhile] [-n] [-H] [-w "
	"workers] "
	"[-p first port to connect "
	"to]\n"
	"       [-- tracer arguments...]\n"
	"-n: the kernel does not count what programs cost, which costs the load time\n"
	"-H: says \"standing\" when they are open, and closes them when told by a byte of input\n";

static struct plan plan_read(int argc, char *argv[])
{
	struct plan plan = { .workers = 2, .repeat = 1 };
	int option;

	while ((option = getopt(argc, argv, "+s:r:b:o:k:nHw:p:")) != -1) {
		double number = optarg ? strtod(optarg, NULL) : -1;

		switch (option) {
		case 's':
			plan.churn_ns = (int64_t)(number * 1e9);
			break;
		case 'r':
			plan.repeat = (unsigned int)number;
			break;
		case 'b':
			plan.bytes = (uint32_t)number;
			break;
		case 'o':
			plan.open = (uint64_t)number;
			break;
		case 'k':
			plan.keep = (uint64_t)number;
			break;
		case 'n':
			plan.uncounted = true;
			break;
		case 'H':
			plan.hold = true;
			break;
		case 'p':
			load_port = (uint16_t)number;
			break;
		case 'w':
			plan.workers = (unsigned int)number;
			break;
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	plan.tracer = optind < argc ? argv + optind : NULL;
	return plan;
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	struct plan plan;

	if (!strcmp(what, "empty")) {
		programs_attach_empty();
		pause();
		return 0;
	}
	if (strcmp(what, "measure") && strcmp(what, "load")) {
		fputs(usage, stderr);
		return 2;
	}
	plan = plan_read(argc - 1, argv + 1);
	if (*what == 'l')
		plan.tracer = NULL;
	measure(&plan);
	return 0;
}
