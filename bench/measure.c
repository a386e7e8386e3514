// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "measure.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"
#include "load.h"
#include "programs.h"

#define ATTACH_NS 60000000000 /* a tracer that takes longer is broken */
#define QUIET_NS  1500000000  /* output is complete after this long without more */
#define POLL_US	  1000

/* A running tracer. */
struct tracer {
	pid_t pid;
	uint32_t newest; /* id of the newest program before it */
	uint32_t newest_map;
	int output; /* its standard output, a memfd */
	int home;   /* the network namespace it runs in */
};

/* Totals so far. */
struct cost {
	struct programs programs;
	int64_t cpu_ns;
};

static void tracer_exec(const struct tracer *tracer, char *const command[])
{
	if (setns(tracer->home, CLONE_NEWNET))
		die("the first network namespace");
	/* The tracer must not outlive a measurement that fails. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(tracer->output, STDOUT_FILENO);
	execvp(command[0], command);
	die("%s", command[0]);
}

/* CPU time of all its threads. */
static int64_t tracer_cpu_ns(const struct tracer *tracer)
{
	const struct dirent *task;
	char path[64];
	int64_t sum = 0, ns;
	DIR *tasks;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task", tracer->pid);
	tasks = opendir(path);
	while (tasks && (task = readdir(tasks))) {
		snprintf(path, sizeof(path), "/proc/%d/task/%.16s/schedstat", tracer->pid,
			 task->d_name);
		file = *task->d_name == '.' ? NULL : fopen(path, "re");
		if (!file)
			continue;
		if (fscanf(file, "%" SCNd64, &ns) == 1)
			sum += ns;
		fclose(file);
	}
	if (tasks)
		closedir(tasks);
	return sum;
}

/* A value of its /proc/PID/status, in KB. */
static long tracer_memory_kb(const struct tracer *tracer, const char *name)
{
	char path[64], line[256];
	long kb = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", tracer->pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			kb = strtol(line + strlen(name) + 1, NULL, 10);
	if (file)
		fclose(file);
	return kb;
}

/*
 * Total size of its program and the files that it has mapped. Leaves out files that it only reads
 * while starting.
 */
static long tracer_disk_kb(const struct tracer *tracer)
{
	char path[64], line[512], last[512] = "";
	struct stat st;
	long bytes = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", tracer->pid);
	maps = fopen(path, "re");
	while (maps && fgets(line, sizeof(line), maps)) {
		const char *file = strchr(line, '/');

		line[strcspn(line, "\n")] = 0;
		/* The mappings of a file are adjacent. */
		if (!file || !strcmp(file, last) || stat(file, &st) || !S_ISREG(st.st_mode))
			continue;
		strcpy(last, file);
		bytes += st.st_size;
	}
	if (maps)
		fclose(maps);
	return bytes / 1024;
}

/* Starts the tracer. Returns the time until its program first ran, in nanoseconds. */
static int64_t tracer_start(struct tracer *tracer, char *const command[])
{
	const int64_t begin = clock_ns(CLOCK_MONOTONIC);

	tracer->newest = programs_newest();
	tracer->newest_map = maps_newest();
	tracer->output = memfd_create("records", 0);
	if (tracer->output < 0)
		die("memory for the records");
	fcntl(tracer->output, F_SETFL, O_APPEND);
	tracer->pid = fork();
	if (!tracer->pid)
		tracer_exec(tracer, command);
	while (!programs_since(tracer->newest).runs) {
		if (clock_ns(CLOCK_MONOTONIC) - begin > ATTACH_NS ||
		    waitpid(tracer->pid, NULL, WNOHANG)) {
			errno = ESRCH;
			die("%s does not trace", command[0]);
		}
		load_once();
		usleep(POLL_US);
	}
	return clock_ns(CLOCK_MONOTONIC) - begin;
}

/* Waits until the tracer has written everything. */
static void tracer_settle(const struct tracer *tracer)
{
	int64_t since = clock_ns(CLOCK_MONOTONIC), cpu = tracer_cpu_ns(tracer), now;
	off_t size = -1;
	struct stat st;

	for (;;) {
		usleep(20000);
		if (fstat(tracer->output, &st))
			die("the records");
		now = tracer_cpu_ns(tracer);
		/* A tracer that buffers its output is not done while it is busy. */
		if (st.st_size != size || now - cpu > 10000000)
			since = clock_ns(CLOCK_MONOTONIC);
		else if (clock_ns(CLOCK_MONOTONIC) - since > QUIET_NS)
			return;
		size = st.st_size;
		cpu = now;
	}
}

/* Ends the tracer and counts its records of the load. */
static uint64_t tracer_end(const struct tracer *tracer)
{
	const size_t prefix = strlen(LOAD_PREFIX);
	const int64_t begin = clock_ns(CLOCK_MONOTONIC);
	struct stat st;
	uint64_t count = 0;
	char *text;

	kill(tracer->pid, SIGTERM);
	while (!waitpid(tracer->pid, NULL, WNOHANG)) {
		if (clock_ns(CLOCK_MONOTONIC) - begin > ATTACH_NS)
			kill(tracer->pid, SIGKILL);
		usleep(POLL_US);
	}
	if (fstat(tracer->output, &st))
		die("the records");
	if (!st.st_size)
		return 0;
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, tracer->output, 0);
	if (text == MAP_FAILED)
		die("the records");
	for (const char *line = text, *end = text + st.st_size; line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *next = newline ? newline + 1 : end;

		count += memmem(line, (size_t)(next - line), LOAD_PREFIX, prefix) != NULL;
		line = next;
	}
	munmap(text, (size_t)st.st_size);
	return count;
}

static struct cost cost_now(const struct tracer *tracer)
{
	return (struct cost){
		.programs = programs_since(tracer->newest),
		.cpu_ns = tracer_cpu_ns(tracer),
	};
}

/* Prints the cost of a phase; each value's name begins with the phase's. */
static void phase_print(const char *phase, const struct load_result *load, const struct cost *from,
			const struct cost *to)
{
	const double sessions = (double)load->sessions;
	const double runs = (double)(to->programs.runs - from->programs.runs);

	printf("%s_sessions=%" PRIu64 " %s_per_second=%.0f %s_load_ns=%.0f", phase, load->sessions,
	       phase, sessions * 1e9 / (double)load->elapsed_ns, phase,
	       (double)load->cpu_ns / sessions);
	if (to->cpu_ns)
		printf(" %s_tracer_ns=%.0f", phase, (double)(to->cpu_ns - from->cpu_ns) / sessions);
	if (runs)
		printf(" %s_change_ns=%.1f %s_changes=%.2f", phase,
		       (double)(to->programs.run_ns - from->programs.run_ns) / runs, phase,
		       runs / sessions);
	putchar('\n');
}

/* Holds sessions open and closes them together. */
static struct load_result open_run(const struct plan *plan)
{
	struct load *load = load_open(plan->workers, plan->open);
	char byte;

	if (plan->hold)
		puts("standing");
	if (plan->hold && read(STDIN_FILENO, &byte, 1) < 0)
		die("the word to close");
	return load_close(load);
}

/* Runs a phase of load: churn, or sessions held open. Returns the number of sessions. */
static uint64_t phase_run(const struct plan *plan, const struct tracer *tracer, bool churn)
{
	const struct cost nothing = {};
	const struct cost from = plan->tracer ? cost_now(tracer) : nothing;
	const struct load_result result =
		churn ? load_churn(plan->workers, plan->bytes, plan->churn_ns) : open_run(plan);
	struct cost to = nothing;

	if (plan->tracer) {
		tracer_settle(tracer);
		to = cost_now(tracer);
	}
	phase_print(!churn ? "open" : plan->uncounted ? "plain" : "churn", &result, &from, &to);
	return result.sessions;
}

void measure(const struct plan *plan)
{
	struct tracer tracer = { .home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC) };
	struct load *kept = NULL;
	uint64_t sessions = 0;
	int counting;

	/* Unbuffered, since the forked workers would print buffered output again. */
	setvbuf(stdout, NULL, _IONBF, 0);
	load_network();
	load_once();
	if (plan->tracer) {
		counting = programs_count();
		printf("start_ms=%.1f", (double)tracer_start(&tracer, plan->tracer) / 1e6);
		tracer_settle(&tracer);
		printf(" rss_kb=%ld disk_kb=%ld maps_kb=%ld\n", tracer_memory_kb(&tracer, "VmRSS"),
		       tracer_disk_kb(&tracer), maps_kb_since(tracer.newest_map));
		if (plan->uncounted)
			close(counting);
	}
	if (plan->keep)
		kept = load_open(plan->workers, plan->keep);
	for (unsigned int i = 0; plan->churn_ns && i < plan->repeat; i++)
		sessions += phase_run(plan, &tracer, true);
	if (kept)
		sessions += load_close(kept).sessions;
	if (plan->open)
		sessions += phase_run(plan, &tracer, false);
	if (plan->tracer) {
		tracer_settle(&tracer);
		printf("peak_kb=%ld", tracer_memory_kb(&tracer, "VmHWM"));
		printf(" sessions=%" PRIu64 " printed=%" PRIu64 "\n", sessions,
		       tracer_end(&tracer));
	}
}
