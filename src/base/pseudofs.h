/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* File systems that the kernel makes up, and that not every machine has mounted. */
#ifndef TCPLIFE_PSEUDOFS_H
#define TCPLIFE_PSEUDOFS_H

#include <stdbool.h>

struct pseudofs {
	const char *type;	  /* as mount(8) calls it */
	long magic;		  /* as statfs(2) tells it, linux/magic.h */
	const char *const *usual; /* where one expects it; NULL ends the list */
	const char *directory;	  /* the one in it that is wanted; NULL: its root */
};

/*
 * Opens the directory in the host's mount, if there is one where one expects it, else in a mount
 * that only a helper process sees; the host's mounts are never changed. Sets *own for the latter.
 * Returns a descriptor that the caller closes, or -errno: ENODEV if the kernel does not know the
 * type, ENOENT if there is no such directory.
 */
int pseudofs_open(const struct pseudofs *fs, bool *own);

#endif
