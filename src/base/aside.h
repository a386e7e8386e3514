/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Work in namespaces of our own, without leaving those that we are in: a short-lived process shares
 * our memory and descriptors, but not our namespaces. What it opens stays open for us: a directory
 * of a file system that only it has mounted, or a socket in a network that only it has made.
 */
#ifndef TCPLIFE_ASIDE_H
#define TCPLIFE_ASIDE_H

/* Runs body(arg) aside and returns what it returned (0 to 127), or -errno if it could not run. */
int aside_run(int (*body)(void *arg), void *arg);

#endif
