// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Removing events left by killed tracers, in a directory that looks like tracefs. */
#include "probe-select/attachment.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "probe-select/facts.h"

/* The pid of a process that is gone. */
static pid_t dead_pid(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

/* What is written for these events; the text is static. */
static const char *swept(const char *events)
{
	static char after[1024];
	char directory[] = "/tmp/tcplife-unit-XXXXXX", path[64];
	struct sources sources = { .tracefs = -1 };
	ssize_t length;
	int fd;

	if (!mkdtemp(directory))
		return "no directory";
	snprintf(path, sizeof(path), "%s/kprobe_events", directory);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	if (fd < 0 || write(fd, events, strlen(events)) < 0)
		return "no file";
	sources.tracefs = open(directory, O_RDONLY | O_DIRECTORY);
	attachment_sweep(&sources);
	length = pread(fd, after, sizeof(after) - 1, (off_t)strlen(events));
	after[length > 0 ? length : 0] = 0;
	close(sources.tracefs);
	close(fd);
	unlink(path);
	rmdir(directory);
	return after;
}

static void test_sweep(void)
{
	char events[512], expected[256];
	const int dead = dead_pid();

	CHECK_TEXT(swept(""), "");
	CHECK_TEXT(swept("garbage\n\n:\np:\nr:tcplife\n-:tcplife/\n"), "");

	/*
	 * Events of a dead process and of our own pid are removed, whatever their prefix looks
	 * like.
	 */
	snprintf(events, sizeof(events),
		 "p:tcplife/tcp_set_state_5e2f01_%d tcp_set_state\n"
		 "r4096:tcplife/inet_csk_accept_1_%d inet_csk_accept\n"
		 "r:tcplife/inet_csk_accept_2_%d inet_csk_accept\n",
		 dead, dead, (int)getpid());
	snprintf(expected, sizeof(expected),
		 "-:tcplife/tcp_set_state_5e2f01_%d-:tcplife/inet_csk_accept_1_%d"
		 "-:tcplife/inet_csk_accept_2_%d",
		 dead, dead, (int)getpid());
	CHECK_TEXT(swept(events), expected);

	/* An event of a live process, and events of other programs. */
	snprintf(events, sizeof(events),
		 "p:tcplife/tcp_set_state_5e2f01_1 tcp_set_state\n"
		 "p:kprobes/tcp_set_state_1_%d tcp_set_state\n"
		 "p:mytcplife/tcp_set_state_1_%d tcp_set_state\n"
		 "p:tcplife2/tcp_set_state_1_%d tcp_set_state\n",
		 dead, dead, dead);
	CHECK_TEXT(swept(events), "");
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "sweep", test_sweep },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases));
}
