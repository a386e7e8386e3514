/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Gives up what only starting took: capabilities, new privileges, and nearly all system calls. */
#ifndef TCPLIFE_PRIVILEGE_H
#define TCPLIFE_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

/* What must work afterwards, beyond draining, writing and taking the hooks away. */
struct privilege_needs {
	bool directories; /* opens directories: cgroups_path() */
	bool reopening;	  /* opens or makes files, to append to them: outlet_reopen() */
	bool diagnosis;	  /* asks the kernel for sockets, by a netlink socket that is open now */
	bool audit;	  /* asks our programs which sockets live: tracer_detach() */
	bool (*works)(const void *arg); /* true if the kernel still lets us read our maps */
	const void *arg;		/* borrowed */
};

/*
 * Drops every capability for good and allows only the calls that are left to make; all others fail
 * with EPERM. To be called when all hooks are attached, and before the first record is read. Where
 * the kernel refuses a step, the rest is given up all the same. `said` gets one line that tells
 * what was given up, and what was not and why. Returns false if anything was kept that nobody
 * needs.
 */
bool privilege_drop(const struct privilege_needs *needs, char *said, size_t size);

#endif
