/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What bpf/ uses of libbpf, for compilation by this machine's compiler. */
#ifndef TCPLIFE_RACE_SHIM_H
#define TCPLIFE_RACE_SHIM_H

#include <linux/types.h>
#include <stddef.h>

#define SEC(name)
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define __noinline	__attribute__((noinline))

/* BPF's exchange is a full barrier, and loads that depend on a loaded word are ordered. */
#define __sync_lock_test_and_set(at, value) __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST)
#define word_load(pointer)		    __atomic_load_n((const __u64 *)(pointer), __ATOMIC_SEQ_CST)

#define word32_load(pointer)		    __atomic_load_n((const __u32 *)(pointer), __ATOMIC_SEQ_CST)

void *bpf_map_lookup_elem(void *map, const void *key);
long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags);
long bpf_map_delete_elem(void *map, const void *key);
long bpf_probe_read_kernel(void *to, __u32 size, const void *from);
long bpf_get_current_comm(void *to, __u32 size);
__u64 bpf_get_current_pid_tgid(void);
__u64 bpf_ktime_get_ns(void);
__u64 bpf_get_current_uid_gid(void);
__u64 bpf_get_current_cgroup_id(void);
__u64 bpf_get_current_task(void);
long bpf_ringbuf_output(void *map, void *data, __u64 size, __u64 flags);
__u64 bpf_ringbuf_query(void *map, __u64 flags);
void *bpf_ringbuf_reserve(void *map, __u64 size, __u64 flags);
void bpf_ringbuf_submit(void *data, __u64 flags);

#endif
