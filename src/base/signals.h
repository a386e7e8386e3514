/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The signals that a run heeds, taken one by one from a descriptor instead of interrupting it. */
#ifndef TCPLIFE_SIGNALS_H
#define TCPLIFE_SIGNALS_H

#include <stdbool.h>

struct signals {
	int fd;		  /* readable when a signal waits; -1: not open */
	bool hangup_ends; /* else SIGHUP asks for the output to be reopened */

	/* What has been said by them. */
	bool ended;   /* SIGINT, SIGTERM, or SIGHUP */
	bool hurried; /* a second one of these: end at once */
	bool typed;   /* ^C, and the terminal has echoed it; for the caller to reset */
	bool asked;   /* SIGUSR1: for the losses; likewise */
	bool reopen;  /* SIGHUP: likewise */
	bool hung_up; /* SIGHUP ended it */
};

/*
 * Blocks the signals and opens the descriptor. What was ignored when we were started (nohup, the
 * background of a script) stays ignored. SIGPIPE and SIGXFSZ are ignored from then on: the write
 * fails instead. Returns 0 or -errno. signals_close() gives the descriptor back.
 */
int signals_open(struct signals *s, bool hangup_ends);
void signals_close(struct signals *s);

/* Takes all signals that wait. */
void signals_take(struct signals *s);

/* Does not return if SIGHUP ended the run: the process ends by that signal, for all to see. */
void signals_obey(const struct signals *s);

#endif
