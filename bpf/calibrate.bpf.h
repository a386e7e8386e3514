/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copies the memory of our own sockets when they begin to close and when they end, so that user
 * space can find where the fields stand. Obeys 4.4's verifier: no loops, no globals, helpers write
 * to the stack only.
 */
#ifndef TCPLIFE_CALIBRATE_BPF_H
#define TCPLIFE_CALIBRATE_BPF_H

#include "kernel.bpf.h"
#include "record.h"
#include "snapshot.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} chunks SEC(".maps");

/* The name that our process has while it calibrates: unlike a pid, the same in every PID namespace.
 */
struct name {
	__u64 words[COMM_LEN / 8];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct name);
} our_name SEC(".maps");

/* Our sockets, since their ends come in softirq, when anyone may be running. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, __u32);
} our_sockets SEC(".maps");

static __always_inline bool is_ours(__u64 key)
{
	__u64 comm[COMM_LEN / 8] = {};
	__u32 zero = 0, one = 1;
	const struct name *name = bpf_map_lookup_elem(&our_name, &zero);

	bpf_get_current_comm(comm, sizeof(comm));
	if (name && comm[0] == name->words[0] && comm[1] == name->words[1]) {
		bpf_map_update_elem(&our_sockets, &key, &one, BPF_ANY);
		return true;
	}
	return bpf_map_lookup_elem(&our_sockets, &key);
}

static __always_inline void chunk_copy(void *ctx, struct chunk *chunk, __u32 index,
				       const char *from)
{
	chunk->index = index;
	chunk->readable = !read_kernel(chunk->bytes, sizeof(chunk->bytes), from);
	bpf_perf_event_output(ctx, &chunks, bpf_get_smp_processor_id(), chunk, sizeof(*chunk));
}

static __always_inline int calibrate(void *ctx, const void *sk, __u32 oldstate, __u32 newstate)
{
	__u64 key = (__u64)sk, net = 0;
	struct chunk chunk = {};

	if (!is_ours(key) || oldstate == STATE_LISTEN)
		return 0;
	if (newstate != STATE_FIN_WAIT1 && newstate != STATE_LAST_ACK && newstate != STATE_CLOSE)
		return 0;
	chunk.id = bpf_ktime_get_ns();
	chunk.oldstate = oldstate;
	chunk.newstate = newstate;
	read_kernel(&net, sizeof(net), (const char *)sk + SKC_NET_OFFSET);
#pragma clang loop unroll(full)
	for (int i = 0; i < NET_CHUNKS; i++)
		chunk_copy(ctx, &chunk, SOCKET_CHUNKS + i, (const char *)net + i * CHUNK_BYTES);
#pragma clang loop unroll(full)
	for (int i = 0; i < SOCKET_CHUNKS; i++)
		chunk_copy(ctx, &chunk, i, (const char *)sk + i * CHUNK_BYTES);
	return 0;
}

#endif
