/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Finds sessions that ended without the kernel's telling our programs: before 6.8 it passes over
 * programs of perf events without counting it, and no counter knows what a change would have meant.
 */
#ifndef TCPLIFE_AUDIT_H
#define TCPLIFE_AUDIT_H

#include <stdint.h>

struct audit;
struct bpf_object;
struct facts;
struct sessions;
struct sources;

/* The programs of a candidate's object that may be asked, by name: those that are to be loaded. */
#define AUDIT_PROGRAM_RING "audit_run"
#define AUDIT_PROGRAM_PERF "audit_kprobe"

/*
 * object: borrowed, loaded, with one of those programs. Returns NULL if the kernel cannot be asked.
 */
struct audit *audit_new(const struct bpf_object *object, const struct facts *facts,
			const struct sources *sources);
void audit_free(struct audit *audit);

/*
 * How many sessions are in the table whose sockets are gone, while the change hook is still
 * attached. Returns -errno if the kernel gives no answer.
 */
int64_t audit_count(struct audit *audit, const struct sessions *sessions);

#endif
