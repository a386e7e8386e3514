/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A helper process: it shares our memory and descriptors, but may enter other namespaces than ours.
 * What it opens there stays open for us: a directory of a file system that only it has mounted, or
 * a socket of a network namespace that only it has entered.
 */
#ifndef TCPLIFE_HELPER_H
#define TCPLIFE_HELPER_H

/* Runs body(arg) in a helper process and waits for it. Returns what body returned (0 to 127), or
 * -errno if the process could not be started. */
int helper_run(int (*body)(void *arg), void *arg);

#endif
