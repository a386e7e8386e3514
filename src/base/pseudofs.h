/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Pseudo file systems, such as tracefs, which not every machine has mounted. */
#ifndef TCPLIFE_PSEUDOFS_H
#define TCPLIFE_PSEUDOFS_H

#include <stdbool.h>

struct pseudofs {
	const char *type;	  /* the type for mount(8) */
	long magic;		  /* f_type of statfs(2), from linux/magic.h */
	const char *const *usual; /* where it is usually mounted; ends with NULL */
	const char *directory;	  /* the directory wanted, relative to the root; NULL: the root */
};

/*
 * Opens the directory in the host's mount if it is in a usual place, else in a mount that only a
 * helper process sees; the host's mounts never change. Sets *own to true in the second case.
 * Returns a descriptor that the caller closes, or -errno: -ENODEV if the kernel does not know the
 * type, -ENOENT if the directory does not exist.
 */
int pseudofs_open(const struct pseudofs *fs, bool *own);

/* Opens the directory in the mount at this path. Returns a descriptor or -errno, as above. */
int pseudofs_open_at(const struct pseudofs *fs, const char *path);

#endif
