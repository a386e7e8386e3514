// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "actor.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "errands.h"
#include "stage.h"

#define ACTORS_MOST 256

/* Our ends of the actors' channels; -1: the actor is gone. */
static int channels[ACTORS_MOST];
static unsigned channel_count;

static void channel_note(int channel)
{
	if (channel_count == ACTORS_MOST)
		stage_fail("too many actors");
	channels[channel_count++] = channel;
}

static void channel_forget(int channel)
{
	for (unsigned i = 0; i < channel_count; i++)
		if (channels[i] == channel)
			channels[i] = -1;
}

static int64_t clock_read(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_now(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

static void channel_open(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		stage_fail("socketpair: %s", strerror(errno));
}

static void act(int channel)
{
	struct errand errand;
	struct answer answer;

	while (read(channel, &errand, sizeof(errand)) == sizeof(errand)) {
		memset(&answer, 0, sizeof(answer));
		answer.tick_ns = clock_read(CLOCK_MONOTONIC_COARSE);
		answer.before_ns = clock_now();
		errand.run(&errand, &answer);
		answer.after_ns = clock_now();
		if (write(channel, &answer, sizeof(answer)) != sizeof(answer))
			break;
	}
	_exit(0);
}

/* Turns the process into an actor. Does not return. */
static void become(struct actor *a, int channel)
{
	a->channel = channel;
	if (a->uid && (setgid(a->uid) || setuid(a->uid)))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, a->name);
	signal(SIGPIPE, SIG_IGN);
	act(channel);
}

void actor_start(struct actor *a, const char *name, uint32_t uid)
{
	int channel[2];

	memset(a, 0, sizeof(*a));
	strncpy(a->name, name, ACTOR_NAME - 1);
	a->uid = uid;
	channel_open(channel);
	channel_open(a->spare);
	a->ppid = getpid();
	a->pid = fork();
	if (a->pid < 0)
		stage_fail("fork: %s", strerror(errno));
	if (!a->pid) {
		close(channel[0]);
		become(a, channel[1]);
	}
	close(channel[1]);
	a->channel = channel[0];
	channel_note(a->channel);
}

static void errand_fork(const struct errand *in, struct answer *out)
{
	struct actor child = { .uid = 0 };

	out->value = fork();
	if (out->value < 0)
		out->error = errno;
	if (out->value)
		return;
	prctl(PR_GET_NAME, child.name);
	become(&child, in->fd);
}

void actor_fork(struct actor *parent, struct actor *child, const char *name)
{
	const struct errand errand = { .run = errand_fork, .what = "fork", .fd = parent->spare[1] };

	memset(child, 0, sizeof(*child));
	child->pid = (pid_t)actor_do(parent, &errand).value;
	child->ppid = parent->pid;
	child->uid = parent->uid;
	child->channel = parent->spare[0];
	channel_note(child->channel);
	child->spare[0] = child->spare[1] = -1;
	strncpy(child->name, name, ACTOR_NAME - 1);
	errand_rename(child, name);
}

void actor_begin(struct actor *a, const struct errand *errand)
{
	a->doing = errand->what;
	if (write(a->channel, errand, sizeof(*errand)) != sizeof(*errand))
		stage_fail("%s cannot be told to %s: %s", a->name, errand->what, strerror(errno));
}

struct answer actor_finish(struct actor *a)
{
	struct answer answer;

	if (read(a->channel, &answer, sizeof(answer)) != sizeof(answer))
		stage_fail("%s died in %s", a->name, a->doing);
	return answer;
}

struct answer actor_try(struct actor *a, const struct errand *errand)
{
	actor_begin(a, errand);
	return actor_finish(a);
}

void actor_check(const struct actor *a, const struct answer *answer)
{
	if (answer->error)
		stage_fail("%s: %s: %s", a->name, a->doing, strerror(answer->error));
}

struct answer actor_do(struct actor *a, const struct errand *errand)
{
	struct answer answer = actor_try(a, errand);

	actor_check(a, &answer);
	return answer;
}

static void actor_gone(struct actor *a)
{
	waitpid(a->pid, NULL, 0);
	channel_forget(a->channel);
	close(a->channel);
	close(a->spare[0]);
	close(a->spare[1]);
	a->pid = 0;
}

void actor_kill(struct actor *a)
{
	kill(a->pid, SIGKILL);
	actor_gone(a);
}

void actor_exit(struct actor *a)
{
	/*
	 * Other actors may have inherited this end, so closing it would not end the channel;
	 * shutdown does.
	 */
	shutdown(a->channel, SHUT_WR);
	actor_gone(a);
}

void actors_end(void)
{
	/*
	 * Other actors may have inherited these ends, so closing them would not end the channels.
	 */
	for (unsigned i = 0; i < channel_count; i++)
		if (channels[i] >= 0)
			shutdown(channels[i], SHUT_WR);
	while (wait(NULL) > 0)
		;
}
