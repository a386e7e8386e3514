// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "attachment.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "facts.h"
#include "tracefs.h"

#define GROUP "tcplife" /* our events in tracefs are named tcplife/FUNCTION_TIME_N_PID */

/*
 * Each blocked accept(2) occupies an instance of the kretprobe. The default is about the number of
 * CPUs.
 */
#define KRETPROBE_INSTANCES 4096

struct attachment {
	int fd; /* from perf_event_open(2) */
	struct bpf_link *link;
	int tracefs;		 /* borrowed */
	int events;		 /* kprobe_events, to remove `name` from; or -1 */
	char name[96];		 /* our event in tracefs; "" if none */
	struct attachment *next; /* in the list of retired attachments */
};

static struct attachment *retired;

static int perf_open(struct perf_event_attr *attr)
{
	int fd;

	attr->size = sizeof(*attr);
	/* CPU 0 only holds the event: the program runs wherever the hook is hit. */
	fd = (int)syscall(SYS_perf_event_open, attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int perf_open_tracepoint(int id)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .config = (uint64_t)id };

	return perf_open(&attr);
}

static int perf_open_pmu(int type, const char *function, bool on_return)
{
	struct perf_event_attr attr = {
		.type = (uint32_t)type,
		.config = on_return, /* bit 0, as in the PMU's format/retprobe since 4.17 */
		.kprobe_func = (uint64_t)(uintptr_t)function,
	};

	return perf_open(&attr);
}

/*
 * Opens kprobe_events for writing. Without O_APPEND, opening it would remove all existing events.
 */
static int events_open(int tracefs)
{
	int fd = openat(tracefs, "kprobe_events", O_WRONLY | O_APPEND | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int events_write(int events, const char *command)
{
	return write(events, command, strlen(command)) < 0 ? -errno : 0;
}

/*
 * Since 4.12, according to tracefs' README. Before that, the number is no error, but the event gets
 * another name.
 */
static bool instances_settable(int tracefs)
{
	static char text[65536];

	return tracefs_read(tracefs, "README", text, sizeof(text)) > 0 &&
	       strstr(text, "r[maxactive]");
}

static int events_add(struct attachment *attachment, const char *function, bool on_return)
{
	static unsigned number;
	char command[256], path[128];
	int result = -EINVAL, id;

	/* Kept open, since the privilege to open it is dropped once tracing has begun. */
	attachment->events = events_open(attachment->tracefs);
	if (attachment->events < 0)
		return attachment->events;
	/*
	 * The number is needed because a retired event keeps its name, the time because pids repeat
	 * in PID namespaces.
	 */
	snprintf(attachment->name, sizeof(attachment->name), GROUP "/%s_%" PRIx64 "_%x_%d",
		 function, (uint64_t)clock_now_ns(), number++, (int)getpid());
	snprintf(command, sizeof(command), "r%d:%s %s", KRETPROBE_INSTANCES, attachment->name,
		 function);
	if (on_return && instances_settable(attachment->tracefs))
		result = events_write(attachment->events, command);
	snprintf(command, sizeof(command), "%c:%s %s", on_return ? 'r' : 'p', attachment->name,
		 function);
	if (result == -EINVAL)
		result = events_write(attachment->events, command);
	if (result) {
		*attachment->name = 0;
		return result;
	}
	snprintf(path, sizeof(path), "%s", attachment->name);
	id = tracefs_event_id(attachment->tracefs, path);
	return id < 0 ? id : perf_open_tracepoint(id);
}

static struct attachment *attachment_new(void)
{
	struct attachment *attachment = calloc(1, sizeof(*attachment));

	if (attachment)
		attachment->fd = attachment->events = -1;
	return attachment;
}

/*
 * Returns an attachment that has its link. Frees one that has none and returns NULL; errno is kept.
 */
static struct attachment *attachment_linked(struct attachment *attachment)
{
	const int error = errno;

	if (attachment && attachment->link)
		return attachment;
	attachment_close(attachment);
	errno = error;
	return NULL;
}

struct attachment *attachment_typed(const struct bpf_program *program)
{
	struct attachment *attachment = attachment_new();

	if (attachment)
		attachment->link = bpf_program__attach_trace(program);
	return attachment_linked(attachment);
}

struct attachment *attachment_raw(const struct bpf_program *program, const char *tracepoint)
{
	struct attachment *attachment = attachment_new();

	if (attachment)
		attachment->link = bpf_program__attach_raw_tracepoint(program, tracepoint);
	return attachment_linked(attachment);
}

struct attachment *attachment_kprobe(const struct bpf_program *program, const char *function,
				     bool on_return, const struct facts *facts,
				     const struct sources *sources)
{
	struct attachment *attachment = attachment_new();
	int fd = -ENOENT;

	if (!attachment)
		return NULL;
	attachment->tracefs = sources->tracefs;
	/*
	 * Only tracefs accepts the number of instances, which a kretprobe on a blocking function
	 * needs.
	 */
	if (facts->kprobe_events && (on_return || !facts->kprobe_pmu))
		fd = events_add(attachment, function, on_return);
	if (fd < 0 && facts->kprobe_pmu)
		fd = perf_open_pmu(facts->kprobe_pmu, function, on_return);
	attachment->fd = fd;
	if (fd < 0)
		errno = -fd;
	else
		attachment->link = bpf_program__attach_perf_event(program, fd);
	return attachment_linked(attachment);
}

void attachment_close(struct attachment *attachment)
{
	char command[128];

	if (!attachment)
		return;
	if (attachment->link)
		bpf_link__destroy(attachment->link); /* also closes fd */
	else if (attachment->fd >= 0)
		close(attachment->fd);
	if (*attachment->name) {
		snprintf(command, sizeof(command), "-:%s", attachment->name);
		events_write(attachment->events, command);
	}
	if (attachment->events >= 0)
		close(attachment->events);
	free(attachment);
}

void attachment_retire(struct attachment *attachment)
{
	if (!attachment)
		return;
	attachment->next = retired;
	retired = attachment;
}

void attachment_reap(void)
{
	while (retired) {
		struct attachment *attachment = retired;

		retired = attachment->next;
		attachment_close(attachment);
	}
}

/* Our own pid does not count: this process has no events yet, so an earlier process left them. */
static bool pid_lives(pid_t pid)
{
	return pid <= 0 || (pid != getpid() && (!kill(pid, 0) || errno != ESRCH));
}

void attachment_sweep(const struct sources *sources)
{
	static char text[65536];
	char command[256];
	int events;

	if (sources->tracefs < 0 ||
	    tracefs_read(sources->tracefs, "kprobe_events", text, sizeof(text)) <= 0)
		return;
	events = events_open(sources->tracefs);
	if (events < 0)
		return;
	/* Format of a line: p:tcplife/tcp_set_state_5e2f01_0_1234 tcp_set_state */
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *name = strstr(line, ":" GROUP "/"), *pid;

		if (!name)
			continue;
		name[strcspn(name, " ")] = 0;
		pid = strrchr(name, '_');
		/*
		 * The kernel does not remove an event in use, so a pid of another namespace does no
		 * harm.
		 */
		if (!pid || pid_lives(atoi(pid + 1)))
			continue;
		snprintf(command, sizeof(command), "-%s", name);
		events_write(events, command);
	}
	close(events);
}
