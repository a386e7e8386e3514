/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the terminal can display, if there is one. */
#ifndef TCPLIFE_TERMINAL_H
#define TCPLIFE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Its width in columns; 0 if fd is not a terminal or does not report one. */
size_t terminal_columns(int fd);
/* Whether fd is a terminal that can do more than print line after line. */
bool terminal_is_capable(int fd);
/* Whether fd is a terminal that shows colours and NO_COLOR is not set. */
bool terminal_has_colors(int fd);
/* Whether the environment says that text is UTF-8. */
bool terminal_is_utf8(void);

#endif
