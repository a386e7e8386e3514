/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The maps, the configuration and the way out of the kernel, in two generations: BUFFER_RING for 5.8
 * and later, BUFFER_PERF for everything since 4.4. Nothing else needs to know which one it is in.
 */
#ifndef TCPLIFE_MAPS_BPF_H
#define TCPLIFE_MAPS_BPF_H

#include "kernel.bpf.h"
#include "record.h"

/* The life of a session so far. Key: the address of its struct sock. */
struct life {
	__u64 born_ns; /* 0: only its owner is known yet */
	__u64 established_ns;
	__u64 cgroup_id;
	__u64 acked_before; /* the counters at birth: before 4.15 or so, a socket that is */
	__u64 received_before; /* connected again does not start from 0 */
	char comm[COMM_LEN];
	__u32 pid;
	__u32 uid;
	__u8 direction;
	__u8 owner;
	__u8 simultaneous; /* both ends connected to each other */
	__u8 pad[5];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 262144);
	__type(key, __u64);
	__type(value, struct life);
} sessions SEC(".maps");

struct port_set {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PORT_WORDS);
	__type(key, __u32);
	__type(value, __u64);
};
struct port_set local_ports SEC(".maps");
struct port_set remote_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8);
} pids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LOSS_IN_KERNEL);
	__type(key, __u32);
	__type(value, __u64);
} losses SEC(".maps");

static __always_inline void loss_count(__u32 cause)
{
	__u64 *count = bpf_map_lookup_elem(&losses, &cause);

	if (count)
		__sync_fetch_and_add(count, 1);
}

static __always_inline bool port_in(void *set, __u16 port)
{
	__u32 index = port / 64;
	const __u64 *word = bpf_map_lookup_elem(set, &index);

	return word && (*word >> (port % 64) & 1);
}

#ifdef BUFFER_RING

/* Constant from load on, so the verifier drops what the command line does not ask for. */
const volatile struct config settings SEC(".rodata.config");

static __always_inline const volatile struct config *config_get(void)
{
	return &settings;
}

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} records SEC(".maps");

/* Wakes the reader each time another wakeup_bytes (a power of two) are waiting; its timer does the rest. */
static __always_inline void record_emit(void *ctx, struct record *r)
{
	__u64 waiting = bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA);
	__u64 beyond = waiting & (settings.wakeup_bytes - 1);
	bool wake = waiting >= settings.wakeup_bytes && beyond < sizeof(*r) + 8;

	if (bpf_ringbuf_output(&records, r, sizeof(*r), wake ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP))
		loss_count(LOSS_BUFFER);
}

static __always_inline __u64 cgroup_now(void)
{
	return bpf_get_current_cgroup_id();
}

#else /* BUFFER_PERF */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct config);
} settings SEC(".maps");

static __always_inline const struct config *config_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&settings, &zero);
}

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} records SEC(".maps");

/* 4.4 knows no BPF_F_CURRENT_CPU. Records that do not fit are counted by the kernel, and read with the rest. */
static __always_inline void record_emit(void *ctx, struct record *r)
{
	bpf_perf_event_output(ctx, &records, bpf_get_smp_processor_id(), r, sizeof(*r));
}

static __always_inline __u64 cgroup_now(void)
{
	return 0;
}

#endif
#endif
