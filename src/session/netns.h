/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Network namespaces, known by their inode numbers. */
#ifndef TCPLIFE_NETNS_H
#define TCPLIFE_NETNS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Finds a network namespace by its inode number, by the PID of a process in it, by a path such as
 * /run/netns/NAME or /proc/PID/ns/net, or "self". The word need not be NUL-terminated. Returns NULL
 * with *inode set, or what is wrong with the word: a literal that follows it in a sentence.
 */
const char *netns_find(const char *word, size_t length, uint32_t *inode);

/*
 * Warns of each of these inode numbers that no network namespace seems to have now: no process that
 * we may look into is in it, and it is not mounted. Says nothing if /proc hides processes.
 */
void netns_doubt(const uint32_t *inodes, unsigned count);

#endif
