/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where a scenario plays: a process of its own, that tells the truth or why it cannot. */
#ifndef WORKLOAD_STAGE_H
#define WORKLOAD_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"

#define STAGE_ADDRESSES 64

/* What speaks to what. */
enum family {
	FAMILY_V4,
	FAMILY_V6,
	FAMILY_DUAL,   /* IPv4 to a dual-stack server */
	FAMILY_MAPPED, /* IPv4 by IPv6 sockets on both sides */
	FAMILIES,
};

struct stage {
	const char *scenario;
	enum family family;
	int truth;     /* where finished sessions are written to */
	int64_t netns; /* inode number; -1: unknown */
	uint16_t port; /* servers listen on this one and the next by turns; 0: on any */
	unsigned listeners;
	bool hold; /* actors that play() awaits are told on stdout, and wait for stdin */
	struct endpoint taken[STAGE_ADDRESSES]; /* to be dropped in the end */
	unsigned taken_count;
};

const char *family_name(enum family family);

/* A fresh address for a server or a client of the stage's family. */
struct endpoint stage_address(struct stage *stage, bool server);
void stage_clear(struct stage *stage);

/* A network namespace of its own from now on, with lo up. */
void stage_own_network(struct stage *stage);
/* Sets a file below /proc/sys, of the network that this is; returns 0 or -errno. */
int stage_sysctl(const char *path, const char *value);
/* Asks the kernel which network namespace this is. */
void stage_see_network(struct stage *stage);

/* Ends this scenario: it failed, or this kernel cannot do it. */
void stage_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void stage_skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* The stage that stage_fail() and stage_skip() speak for. */
void stage_set(const struct stage *stage);

/* Writes one line of the truth, in one piece. */
void stage_write(const struct stage *stage, const char *line);

#endif
