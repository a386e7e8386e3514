/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TCPLIFE_FOLDER_H
#define TCPLIFE_FOLDER_H

/*
 * Opens the directory of a file's name with O_PATH, so that the file can be opened there later
 * without another look-up of the path. *base: the name's last component, which is borrowed from it.
 * Returns a descriptor, or -1 with errno set.
 */
int folder_open(const char *name, const char **base);

#endif
