/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A stage is the process that plays a scenario. It reports the truth, or why it cannot play. */
#ifndef WORKLOAD_STAGE_H
#define WORKLOAD_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"

#define STAGE_ADDRESSES 64

/* Which address families client and server use. */
enum family {
	FAMILY_V4,
	FAMILY_V6,
	FAMILY_DUAL,   /* IPv4 to a dual-stack server */
	FAMILY_MAPPED, /* IPv4 through IPv6 sockets on both sides */
	FAMILIES,
};

struct stage {
	const char *scenario;
	enum family family;
	int truth;     /* descriptor that truth is written to */
	int64_t netns; /* inode number; -1: unknown */
	uint16_t port; /* servers take turns to listen on this port and the next; 0: any */
	unsigned listeners;
	bool hold; /* scenarios that wait for a tracer say so on stdout and wait for stdin */
	struct endpoint taken[STAGE_ADDRESSES]; /* removed at the end */
	unsigned taken_count;
};

const char *family_name(enum family family);

/* Returns an unused address for a server or client of the stage's family. */
struct endpoint stage_address(struct stage *stage, bool server);
void stage_clear(struct stage *stage);

/* Moves to a new network namespace with lo up. */
void stage_own_network(struct stage *stage);
/* Writes a file below /proc/sys of the current network namespace. Returns 0 or -errno. */
int stage_sysctl(const char *path, const char *value);
/* Reads the inode number of the current network namespace. */
void stage_see_network(struct stage *stage);

/* End the scenario: as failed, or because this kernel cannot play it. */
void stage_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void stage_skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Sets the stage that stage_fail() and stage_skip() report about. */
void stage_set(const struct stage *stage);

/* Writes a line of truth with one write(2). */
void stage_write(const struct stage *stage, const char *line);

#endif
