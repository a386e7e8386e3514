/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A read-only view of BTF in memory. libbpf copies the kernel's 5 MB and passes over them twice
 * before it answers anything, which takes a quarter of the startup time.
 */
#ifndef TCPLIFE_BTF_VIEW_H
#define TCPLIFE_BTF_VIEW_H

#include <linux/btf.h>
#include <linux/types.h>
#include <stddef.h>

struct btf_view;

/*
 * Opens the kernel's own BTF, /sys/kernel/btf/vmlinux (5.2), if path is NULL. Otherwise opens a
 * file of raw BTF or an ELF file with BTF, which libbpf validates. Returns NULL with errno set on
 * failure. Free it with btf_view_free().
 */
struct btf_view *btf_view_new(const char *path);
/* The same for BTF in memory, which is borrowed. For tests. */
struct btf_view *btf_view_of(const void *bytes, size_t size);
void btf_view_free(struct btf_view *view);

/* Types have ids from 1 to this number minus 1. */
__u32 btf_view_count(const struct btf_view *view);
/*
 * Returns NULL if there is no such type. The data of its kind follows it. Valid as long as the
 * view.
 */
const struct btf_type *btf_view_type(const struct btf_view *view, __u32 id);
/* Returns "" if the offset is out of range. Valid as long as the view. */
const char *btf_view_string(const struct btf_view *view, __u32 offset);

#endif
