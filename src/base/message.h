/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages to the user on standard error. A reader that has stopped cannot block us. */
#ifndef TCPLIFE_MESSAGE_H
#define TCPLIFE_MESSAGE_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Prepares standard error. Until then, and without memory for it, messages go through plain stderr.
 * signals: a descriptor that becomes readable when waiting must end, or -1; borrowed.
 */
void message_start(int signals);

/* Prints "tcplife: ", the message and a newline. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a warning; nothing if there is none, that is, for NULL and "". */
void message_warning(const char *why);

/*
 * A stream for output of several lines; do not close it. Each whole line is written at once. If
 * standard error is full, one write waits for at most half a second, and later ones do not wait
 * until it takes data again. Lines that it does not take are counted and reported once it does.
 */
FILE *message_stream(void);

/*
 * Shows a line that is removed by the next one, by a message, or by NULL. Does nothing, and returns
 * false, if standard error is not a terminal that can erase it.
 */
bool message_status(const char *line);

/*
 * Ends the line on which the terminal has echoed ^C, or removes the status with it, if standard
 * error or output is a terminal.
 */
void message_break_line(void);

#endif
