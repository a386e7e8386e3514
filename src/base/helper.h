/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A helper process. It shares our memory and file descriptors, but can enter other namespaces.
 * Descriptors that it opens there stay open for us: a directory of a file system mounted only for
 * it, or a socket in another network namespace.
 */
#ifndef TCPLIFE_HELPER_H
#define TCPLIFE_HELPER_H

/*
 * Runs body(arg) in a helper process and waits for it. Returns body's return value (0 to 127), or
 * -errno if the process could not be started; -ECHILD if a signal killed it.
 */
int helper_run(int (*body)(void *arg), void *arg);

#endif
