/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is said to a person, on standard error; a reader that has stopped cannot hold us up. */
#ifndef TCPLIFE_MESSAGE_H
#define TCPLIFE_MESSAGE_H

#include <stdio.h>

/*
 * Prepares standard error; before, and if there is no memory for it, messages go there as they
 * always do. signals: a descriptor that is readable when waiting must end; -1: none; borrowed.
 */
void message_start(int signals);

/* Prints "tcplife: ", the words and a newline. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A stream for what has several lines. Each whole line is written at once; standard error is waited
 * for half a second at most, and once that was in vain, not again until it takes something. What
 * it does not take is counted, and told as soon as it does.
 */
FILE *message_stream(void);

/* Ends the line that the terminal has echoed a ^C on, if standard error or output is one. */
void message_break_line(void);

#endif
