/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The machine, as central stores of records tell it from others. */
#ifndef TCPLIFE_HOST_H
#define TCPLIFE_HOST_H

#include <stdint.h>

#include "text.h"

struct host {
	const char *name;    /* NULL until host_start() */
	const char *boot_id; /* a UUID that the kernel makes at each boot; NULL: unreadable */
	uint64_t boot[2];    /* a hash of both */
};

/* Sets the name; NULL: the one that uname(2) tells. Call it once, while /proc can still be read. */
void host_start(const char *name);
/* What host_start() learned. */
const struct host *host_get(void);
/* Writes the members `host` and `boot_id` of a JSON object. */
void host_put_json(struct text *t);

#endif
