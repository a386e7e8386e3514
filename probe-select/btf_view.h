/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * BTF as it lies in memory, to be read only. libbpf copies the kernel's 5 MB, and goes through them
 * twice, before it answers anything; that is a fourth of what starting takes.
 */
#ifndef TCPLIFE_BTF_VIEW_H
#define TCPLIFE_BTF_VIEW_H

#include <linux/btf.h>
#include <linux/types.h>
#include <stddef.h>

struct btf_view;

/*
 * The kernel's own, /sys/kernel/btf/vmlinux (5.2), or for a path a file of BTF, by itself or in an
 * ELF file, which libbpf checks. NULL and errno if it cannot be read. Freed by btf_view_free().
 */
struct btf_view *btf_view_new(const char *path);
/* The same of bytes in memory, borrowed. For tests. */
struct btf_view *btf_view_of(const void *bytes, size_t size);
void btf_view_free(struct btf_view *view);

/* Types are numbered from 1 on, and below this. */
__u32 btf_view_count(const struct btf_view *view);
/* NULL: no such type. All that its kind says follows it. Valid as long as the view. */
const struct btf_type *btf_view_type(const struct btf_view *view, __u32 id);
/* "" for an offset beyond all. */
const char *btf_view_string(const struct btf_view *view, __u32 offset);

#endif
