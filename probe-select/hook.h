/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What BPF programs run on: a raw tracepoint, or a kprobe by whichever way this kernel has. */
#ifndef TCPLIFE_HOOK_H
#define TCPLIFE_HOOK_H

#include <stdbool.h>

struct facts;
struct sources;
struct bpf_program;
struct hook_event;

/* Lets the program run on a raw tracepoint, from now to hook_close(). */
struct hook_event *hook_attach_raw(const struct bpf_program *program, const char *tracepoint);

/*
 * A kprobe or kretprobe on a function: by the kprobe PMU (4.17+), else by an event in tracefs that
 * hook_close() removes again.
 */
struct hook_event *hook_open_kprobe(const struct facts *facts, const struct sources *sources,
				    const char *function, bool on_return);

/* Both return NULL with errno set on failure. */

/* Lets the program run on the event, from now to hook_close(). Returns 0 or -errno. */
int hook_attach(struct hook_event *event, const struct bpf_program *program);

/* Takes the program off and the event away; NULL is fine. */
void hook_close(struct hook_event *event);

/*
 * Puts off closing to hook_reap(): the kernel lets it wait for all CPUs, up to a tenth of a second,
 * which is better spent when tracing has begun.
 */
void hook_retire(struct hook_event *event);
void hook_reap(void);

/* Removes events in tracefs that dead processes of ours have left (kill -9). */
void hook_sweep(const struct sources *sources);

#endif
