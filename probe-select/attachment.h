/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A program that runs on a hook, by whichever way this kernel has. */
#ifndef TCPLIFE_ATTACHMENT_H
#define TCPLIFE_ATTACHMENT_H

#include <stdbool.h>

struct attachment;
struct bpf_program;
struct facts;
struct sources;

/*
 * Each attaches a loaded program, which is borrowed, until attachment_close(). Returns NULL with
 * errno set on failure.
 */

/* To what the program's section names: tp_btf/ or fexit/. */
struct attachment *attachment_typed(const struct bpf_program *program);
struct attachment *attachment_raw(const struct bpf_program *program, const char *tracepoint);
/*
 * To a function's entry or return: by the kprobe PMU (4.17+), else by an event in tracefs, which
 * attachment_close() removes again.
 */
struct attachment *attachment_kprobe(const struct bpf_program *program, const char *function,
				     bool on_return, const struct facts *facts,
				     const struct sources *sources);

/* Detaches the program and frees; NULL is fine. */
void attachment_close(struct attachment *attachment);

/*
 * Puts off closing to attachment_reap(): the kernel lets it wait for all CPUs, up to a tenth of a
 * second, which is better spent when tracing has begun.
 */
void attachment_retire(struct attachment *attachment);
void attachment_reap(void);

/* Removes events in tracefs that dead processes of ours have left (kill -9). */
void attachment_sweep(const struct sources *sources);

#endif
