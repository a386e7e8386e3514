/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds sessions whose end was not reported to our programs. Before 6.8 the kernel skips programs
 * of perf events without counting that, and no counter tells what a skipped change was.
 */
#ifndef TCPLIFE_AUDIT_H
#define TCPLIFE_AUDIT_H

#include <stdint.h>

struct audit;
struct bpf_object;
struct facts;
struct sessions;
struct sources;

/* The names of the programs for an audit, which must be loaded. */
#define AUDIT_PROGRAM_RING "audit_run"
#define AUDIT_PROGRAM_PERF "audit_kprobe"

/*
 * object: loaded, with one of those programs; borrowed. Returns NULL if the kernel cannot be asked.
 * Free it with audit_free().
 */
struct audit *audit_new(const struct bpf_object *object, const struct facts *facts,
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

#endif
