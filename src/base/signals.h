/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The signals that a run handles, read one by one from a descriptor so that they interrupt nothing.
 */
#ifndef TCPLIFE_SIGNALS_H
#define TCPLIFE_SIGNALS_H

#include <stdbool.h>

struct signals {
	int fd;		  /* readable when a signal is pending; -1: not open */
	bool hangup_ends; /* SIGHUP ends the run; else it asks to reopen the output */

	/* What the signals received so far ask for. */
	bool ended;   /* by SIGINT, SIGTERM or SIGHUP */
	bool hurried; /* a second such signal: end at once */
	bool typed;   /* a ^C that the terminal has echoed; the caller resets it */
	bool asked;   /* SIGUSR1 asks for the losses; the caller resets it */
	bool reopen;  /* SIGHUP asks to reopen; the caller resets it */
	bool hung_up; /* SIGHUP ended the run */
};

/*
 * Blocks the signals and opens the descriptor; close it with signals_close(). Signals that were
 * ignored at startup (nohup, background jobs of scripts) stay ignored. Also ignores SIGPIPE and
 * SIGXFSZ, so that the write fails instead. Returns 0 or -errno.
 */
int signals_open(struct signals *s, bool hangup_ends);
void signals_close(struct signals *s);

/* Takes all pending signals. */
void signals_take(struct signals *s);

/*
 * If SIGHUP ended the run, ends the process by that signal, so that its parent sees it, and does
 * not return.
 */
void signals_obey(const struct signals *s);

#endif
