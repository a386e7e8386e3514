/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attaches programs to hooks, in whatever way this kernel supports. */
#ifndef TCPLIFE_ATTACHMENT_H
#define TCPLIFE_ATTACHMENT_H

#include <stdbool.h>

struct attachment;
struct bpf_program;
struct facts;
struct sources;

/*
 * Each function attaches a loaded program, which is borrowed. Returns NULL with errno set on
 * failure. Detach it with attachment_close().
 */

/* Attaches to what the program's section names: tp_btf/ or fexit/. */
struct attachment *attachment_typed(const struct bpf_program *program);
struct attachment *attachment_raw(const struct bpf_program *program, const char *tracepoint);
/*
 * Attaches to a function's entry or return, with the kprobe PMU (4.17+), else with an event in
 * tracefs, which attachment_close() removes.
 */
struct attachment *attachment_kprobe(const struct bpf_program *program, const char *function,
				     bool on_return, const struct facts *facts,
				     const struct sources *sources);

/* Detaches the program and frees the attachment; NULL is allowed. */
void attachment_close(struct attachment *attachment);

/*
 * Postpones closing to attachment_reap(). The kernel waits for all CPUs on closing, up to a tenth
 * of a second, which is better spent once tracing has begun.
 */
void attachment_retire(struct attachment *attachment);
void attachment_reap(void);

/* Removes events that dead tcplife processes have left in tracefs (kill -9). */
void attachment_sweep(const struct sources *sources);

#endif
