// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Ignored signals are left out: once blocked, they would reach the signalfd all the same. */
static bool is_ignored(int signal)
{
	struct sigaction action;

	return !sigaction(signal, NULL, &action) && action.sa_handler == SIG_IGN;
}

int signals_open(struct signals *s, bool hangup_ends)
{
	static const int heeded[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
	sigset_t set;

	*s = (struct signals){ .hangup_ends = hangup_ends };
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(heeded) / sizeof(*heeded); i++)
		if (!is_ignored(heeded[i]))
			sigaddset(&set, heeded[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->fd < 0 ? -errno : 0;
}

void signals_close(struct signals *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void end(struct signals *s)
{
	s->hurried = s->ended;
	s->ended = true;
}

static void take(struct signals *s, const struct signalfd_siginfo *info)
{
	switch (info->ssi_signo) {
	case SIGUSR1:
		s->asked = true;
		break;
	case SIGHUP:
		s->reopen = !s->hangup_ends;
		s->hung_up = s->hangup_ends;
		if (s->hangup_ends)
			end(s);
		break;
	case SIGINT:
		s->typed = info->ssi_code == SI_KERNEL;
		end(s);
		break;
	default:
		end(s);
	}
}

void signals_take(struct signals *s)
{
	struct signalfd_siginfo info;

	while (read(s->fd, &info, sizeof(info)) == sizeof(info))
		take(s, &info);
}

void signals_obey(const struct signals *s)
{
	sigset_t set;

	if (!s->hung_up)
		return;
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(SIGHUP);
}
