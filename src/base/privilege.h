/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Drops the privileges that only startup needs: capabilities and nearly all system calls. */
#ifndef TCPLIFE_PRIVILEGE_H
#define TCPLIFE_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

/* What must still work afterwards, besides draining, writing and detaching the hooks. */
struct privilege_needs {
	bool directories; /* opens directories: cgroups_path() */
	bool reopening;	  /* opens or creates files for appending: outlet_reopen() */
	bool replacing; /* writes files and renames them: replacement_begin(), replacement_end() */
	bool diagnosis; /* queries sockets through a netlink socket that is open now */
	bool terminal;	/* reads a terminal's size and sets its mode: base/screen.c */
	bool audit;	/* asks our BPF programs which sockets are alive: tracer_detach() */
	bool (*works)(const void *arg); /* whether the kernel still lets us read our maps */
	const void *arg;		/* borrowed */
};

/*
 * Drops every capability for good and allows only the system calls still needed; all others fail
 * with EPERM. Call it after all hooks are attached and before the first record is read. If the
 * kernel refuses one step, the other steps still happen. Writes one line to `said`: what was
 * dropped, and what was not and why. Returns false if a step failed and an unneeded privilege
 * remains.
 */
bool privilege_drop(const struct privilege_needs *needs, char *said, size_t size);

#endif
