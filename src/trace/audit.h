/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Asks the kernel, through a program of ours, about the sockets of sessions in the table.
 *
 * It finds sessions whose end was not reported: before 6.8 the kernel skips programs of perf events
 * without counting that, and no counter tells what a skipped change was. And it tells what open
 * sessions have moved, in any network namespace.
 */
#ifndef TCPLIFE_AUDIT_H
#define TCPLIFE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/audit.h"

struct audit;
struct bpf_object;
struct facts;
struct record;
struct sessions;
struct sources;

/* The name of the program for it, which must be loaded. */
#define AUDIT_PROGRAM "audit_run"

/*
 * object: loaded, with that program; borrowed. ring: of the ring generation. Returns NULL if the
 * kernel cannot be asked. Free it with audit_free().
 */
struct audit *audit_new(const struct bpf_object *object, bool ring, const struct facts *facts,
			const struct sources *sources);
void audit_free(struct audit *audit);

/* Numbers of sessions in the table; negative: unknown. */
struct audit_counts {
	int64_t open;	    /* with a live socket */
	int64_t connecting; /* of those, the ones in SYN_SENT */
	int64_t gone;	    /* without one; -errno if the kernel does not answer */
};

/* Call it while the change hook is attached. */
struct audit_counts audit_count(struct audit *audit, const struct sessions *sessions);

/*
 * As tracer_read_counters() says: updates `count` records, at most AUDIT_KEYS, from the sockets of
 * their sessions, given by their keys in the table. Returns a mask with bit i set if record i is
 * updated.
 */
unsigned audit_update(struct audit *audit, const struct sessions *sessions, const uint64_t *keys,
		      struct record *records, unsigned count);

#endif
