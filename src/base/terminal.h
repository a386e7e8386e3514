/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the terminal can show, if there is one. */
#ifndef TCPLIFE_TERMINAL_H
#define TCPLIFE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* How wide it is; 0: not a terminal, or it does not say. */
size_t terminal_columns(int fd);
/* A terminal that shows colours, whose user does not object (NO_COLOR). */
bool terminal_has_colors(int fd);
/* Whether text is UTF-8, as the environment says. */
bool terminal_is_utf8(void);

#endif
