// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "facts.h"
#include "tracefs.h"

#define GROUP "tcplife" /* our events in tracefs: tcplife/FUNCTION_PID */

/* Blocked accept(2) calls each hold one instance of the kretprobe; the default is about the CPUs. */
#define KRETPROBE_INSTANCES 4096

struct hook_event {
	int fd; /* of perf_event_open(2) */
	struct bpf_link *link;
	int tracefs; /* borrowed; where `name` is to be removed */
	char name[96]; /* the event in tracefs, "" if none */
};

static int perf_open(struct perf_event_attr *attr)
{
	int fd;

	attr->size = sizeof(*attr);
	/* CPU 0 only carries the event: the program runs wherever the hook is hit. */
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
		.config = on_return, /* bit 0, as the PMU's format/retprobe says since 4.17 */
		.kprobe_func = (uint64_t)(uintptr_t)function,
	};

	return perf_open(&attr);
}

static int events_write(int tracefs, const char *command)
{
	int fd = openat(tracefs, "kprobe_events", O_WRONLY | O_APPEND | O_CLOEXEC);
	int result = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, command, strlen(command)) < 0)
		result = -errno;
	close(fd);
	return result;
}

static int events_add(struct hook_event *event, const char *function, bool on_return)
{
	char command[256], path[128];
	int result = -EINVAL, id;

	snprintf(event->name, sizeof(event->name), GROUP "/%s_%d", function, (int)getpid());
	snprintf(command, sizeof(command), "r%d:%s %s", KRETPROBE_INSTANCES, event->name, function);
	if (on_return) /* 4.12 */
		result = events_write(event->tracefs, command);
	snprintf(command, sizeof(command), "%c:%s %s", on_return ? 'r' : 'p', event->name, function);
	if (result == -EINVAL)
		result = events_write(event->tracefs, command);
	if (result) {
		*event->name = 0;
		return result;
	}
	snprintf(path, sizeof(path), "%s", event->name);
	id = tracefs_event_id(event->tracefs, path);
	return id < 0 ? id : perf_open_tracepoint(id);
}

static struct hook_event *event_new(const struct sources *sources)
{
	struct hook_event *event = calloc(1, sizeof(*event));

	if (event) {
		event->fd = -1;
		event->tracefs = sources->tracefs;
	}
	return event;
}

/* Hands out an event, or takes it back if it could not be opened. */
static struct hook_event *event_opened(struct hook_event *event)
{
	int error = event ? -event->fd : ENOMEM;

	if (event && event->fd >= 0)
		return event;
	hook_close(event);
	errno = error;
	return NULL;
}

struct hook_event *hook_open_tracepoint(const struct sources *sources, const char *name)
{
	struct hook_event *event = event_new(sources);
	int id;

	if (event) {
		id = tracefs_event_id(sources->tracefs, name);
		event->fd = id < 0 ? id : perf_open_tracepoint(id);
	}
	return event_opened(event);
}

struct hook_event *hook_open_kprobe(const struct facts *facts, const struct sources *sources,
				    const char *function, bool on_return)
{
	struct hook_event *event = event_new(sources);

	if (!event)
		return event_opened(event);
	event->fd = -ENOENT;
	/* Only tracefs takes the number of instances, which a kretprobe on a blocking function needs. */
	if (facts->kprobe_events && (on_return || !facts->kprobe_pmu))
		event->fd = events_add(event, function, on_return);
	if (event->fd < 0 && facts->kprobe_pmu)
		event->fd = perf_open_pmu(facts->kprobe_pmu, function, on_return);
	return event_opened(event);
}

int hook_attach(struct hook_event *event, const struct bpf_program *program)
{
	event->link = bpf_program__attach_perf_event(program, event->fd);
	if (!event->link)
		return -errno;
	return 0;
}

void hook_close(struct hook_event *event)
{
	char command[128];

	if (!event)
		return;
	if (event->link)
		bpf_link__destroy(event->link); /* closes fd, too */
	else if (event->fd >= 0)
		close(event->fd);
	if (*event->name) {
		snprintf(command, sizeof(command), "-:%s", event->name);
		events_write(event->tracefs, command);
	}
	free(event);
}

void hook_sweep(const struct sources *sources)
{
	static char text[65536];
	char command[256];

	if (sources->tracefs < 0 ||
	    tracefs_read(sources->tracefs, "kprobe_events", text, sizeof(text)) <= 0)
		return;
	/* A line reads: p:tcplife/tcp_set_state_1234 tcp_set_state */
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *name = strstr(line, ":" GROUP "/"), *pid;

		if (!name)
			continue;
		name[strcspn(name, " ")] = 0;
		pid = strrchr(name, '_');
		/* An event that is in use cannot be removed, so a pid of another namespace does no harm. */
		if (!pid || atoi(pid + 1) <= 0 || !kill(atoi(pid + 1), 0) || errno != ESRCH)
			continue;
		snprintf(command, sizeof(command), "-%s", name);
		events_write(sources->tracefs, command);
	}
}
