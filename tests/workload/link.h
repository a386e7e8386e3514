/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Interfaces of the current network namespace. */
#ifndef WORKLOAD_LINK_H
#define WORKLOAD_LINK_H

/* Makes a request of ioctl(2) for interfaces, on a socket of this family. Returns 0 or -errno. */
int link_ioctl(int family, int request, void *argument);
/* Brings it up. Returns 0 or -errno. */
int link_up(const char *name);
/*
 * Makes two that are joined by a wire, brings both up, waits until they run, and tells their
 * indices. For a namespace that has no other pair. Returns 0, or -errno: -EOPNOTSUPP if the kernel
 * has none.
 */
int link_pair(unsigned index[2]);

#endif
