// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Plays scenarios of TCP sessions, and writes what a tracer must report: a line per session of
 * TAB-separated key=value, with the keys of JSON records. A value may be a set of alternatives
 * (a|b) or a range (lo..hi); what is uncertain is left out. In names, \xNN stands for bytes outside
 * of printable ASCII, for a backslash and for a bar.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"
#include "scenario.h"

#define HANG_SECONDS 60 /* a scenario that takes longer is stuck, and is killed */
#define STAGES	     256
#define BASIC	     "client-first", "server-first", "sizes", "crowd"

struct run {
	struct stage stage;
	bool host_net;
	pid_t stages[STAGES]; /* still playing */
	unsigned count;
	bool failed;
};

static const struct scenario *const all[] = { scenarios_orderly, scenarios_abrupt,
					      scenarios_owner,	 scenarios_connect,
					      scenarios_link,	 scenarios_standing };

#define PARTS (sizeof(all) / sizeof(all[0]))

static const char usage[] =
	"usage: workload [-o TRUTH] [--host-net] [--port N] [--hold] SCENARIO...|basic|all\n"
	"       workload --list\n"
	"  -o TRUTH    where the truth goes; standard output if it is not given\n"
	"  --host-net  stay in the present network namespace\n"
	"  --port N    servers listen on N and N+1, by turns\n"
	"  --hold      say the pids of client and server, and begin when a line is read: for "
	"`single`;\n"
	"              say `standing`, and go on when a byte is read: for `older` and `open`, "
	"whose\n"
	"              sessions then stand until it is killed, after it has said `told`\n";

static void start_stage(struct run *run, const struct scenario *s, enum family family)
{
	pid_t pid = fork();

	if (pid < 0 || run->count == STAGES) {
		perror("workload: fork");
		exit(1);
	}
	run->stages[run->count++] = pid;
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* adopts the children of actors */
	signal(SIGPIPE, SIG_IGN);
	alarm(HANG_SECONDS);
	run->stage.scenario = s->name;
	run->stage.family = family;
	stage_set(&run->stage);
	s->play(&run->stage);
	actors_end();
	stage_clear(&run->stage);
	exit(0);
}

/* Waits for all stages but the first `keep`. */
static void finish_stages(struct run *run, unsigned keep)
{
	while (run->count > keep) {
		int status;

		waitpid(run->stages[--run->count], &status, 0);
		if (WIFSIGNALED(status))
			fprintf(stderr, "workload: a scenario was ended by signal %d%s\n",
				WTERMSIG(status), WTERMSIG(status) == SIGALRM ? ": it hung" : "");
		run->failed = run->failed || status;
	}
}

static bool is_basic(const char *name)
{
	static const char *const basic[] = { BASIC };

	for (unsigned i = 0; i < sizeof(basic) / sizeof(basic[0]); i++)
		if (!strcmp(basic[i], name))
			return true;
	return false;
}

static bool is_wanted(const struct scenario *s, const char *word)
{
	return (!strcmp(word, "all") && !s->held) || !strcmp(word, s->name) ||
	       (!strcmp(word, "basic") && is_basic(s->name));
}

/* The families that this kernel supports: all, or only IPv4. */
static unsigned families_offered(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return 1U << FAMILY_V4;
	close(fd);
	return (1U << FAMILIES) - 1;
}

/* Plays the scenarios that the word names; returns how many. */
static int play(struct run *run, const char *word, bool slow)
{
	const unsigned offered = families_offered();
	int found = 0;

	for (unsigned part = 0; part < PARTS; part++) {
		for (const struct scenario *s = all[part]; s->name; s++) {
			unsigned playing = run->count;

			if (!is_wanted(s, word))
				continue;
			found++;
			for (int family = 0; family < FAMILIES && s->slow == slow; family++)
				if (s->families & offered & 1U << family)
					start_stage(run, s, (enum family)family);
			if (!s->slow)
				finish_stages(run, playing);
		}
	}
	return found;
}

static void list(void)
{
	for (unsigned part = 0; part < PARTS; part++)
		for (const struct scenario *s = all[part]; s->name; s++)
			puts(s->name);
}

static void write_scope(const struct run *run)
{
	char v4[ENDPOINT_TEXT], v6[ENDPOINT_TEXT], line[256];

	endpoint_prefix(4, v4);
	endpoint_prefix(6, v6);
	snprintf(line, sizeof(line), "# scope %s %s\n", v4, v6);
	stage_write(&run->stage, line);
}

static void bad_usage(void) __attribute__((noreturn));
static void bad_usage(void)
{
	fputs(usage, stderr);
	exit(2);
}

static int open_truth(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0) {
		fprintf(stderr, "workload: %s: %s\n", name, strerror(errno));
		exit(1);
	}
	return fd;
}

/* Parses the options. Returns the first word that is not an option. */
static char **take_options(struct run *run, char **word)
{
	for (; *word && **word == '-'; word++) {
		if (!strcmp(*word, "--list")) {
			list();
			exit(0);
		}
		if (!strcmp(*word, "--host-net"))
			run->host_net = true;
		else if (!strcmp(*word, "--hold"))
			run->stage.hold = true;
		else if (!strcmp(*word, "--port") && word[1])
			run->stage.port = (uint16_t)atoi(*++word);
		else if (!strcmp(*word, "-o") && word[1])
			run->stage.truth = open_truth(*++word);
		else
			bad_usage();
	}
	if (!*word)
		bad_usage();
	return word;
}

int main(int argc, char *argv[])
{
	static struct run run = { .stage = { .truth = STDOUT_FILENO } };
	char **word = take_options(&run, argv + 1);

	(void)argc;
	run.stage.scenario = "start";
	stage_set(&run.stage);
	endpoint_choose_prefixes();
	if (run.host_net)
		stage_see_network(&run.stage);
	else
		stage_own_network(&run.stage);
	write_scope(&run);
	/* Slow scenarios play on their own stages while the others play one after another. */
	for (char **w = word; *w; w++) {
		if (play(&run, *w, true))
			continue;
		fprintf(stderr, "workload: '%s' is not a scenario; try --list\n", *w);
		return 2;
	}
	for (char **w = word; *w; w++)
		play(&run, *w, false);
	finish_stages(&run, 0);
	/*
	 * A socket leaves the kernel's tables just before its last change of state, in the same RCU
	 * read-side section. So after a grace period that change is done too.
	 */
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0);
	return run.failed;
}
