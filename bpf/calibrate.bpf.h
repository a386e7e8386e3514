/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copies the memory of discovery's own sockets when they begin to close and when they are closed,
 * and of the threads that connect them, so that user space can find the offsets of fields. Written
 * for 4.4's verifier: no loops, no globals, helpers write only to the stack.
 */
#ifndef TCPLIFE_CALIBRATE_BPF_H
#define TCPLIFE_CALIBRATE_BPF_H

#include "kernel.bpf.h"
#include "snapshot.h"
#include "tcp_state.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} chunks SEC(".maps");

/*
 * The peer addresses of discovery's own sockets, in network order. They identify our sockets even
 * in a softirq, where any process may be running. Others are unlikely to have them, and user space
 * checks both ends.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} own_addresses SEC(".maps");

/* The number of snapshots begun. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} begun SEC(".maps");

static __always_inline bool is_own(const char *sk)
{
	__u32 daddr = 0;

	read_kernel(&daddr, sizeof(daddr), sk + SKC_DADDR_OFFSET);
	return bpf_map_lookup_elem(&own_addresses, &daddr);
}

/*
 * A number that no other snapshot of the same socket has. The time would not do: a coarse clock
 * stands still for milliseconds. Atomic additions return the sum only since 5.12, so two CPUs may
 * get the same number, but not for the same socket, whose lock serializes its changes.
 */
static __always_inline __u64 snapshot_number(void)
{
	const __u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&begun, &zero), number;

	if (!count)
		return 0;
	number = *(volatile __u64 *)count;
	count_add(count, 1);
	return number;
}

static __always_inline void chunk_copy(void *ctx, struct chunk *chunk, __u32 index,
				       const char *from)
{
	chunk->index = index;
	chunk->readable = !read_kernel(chunk->bytes, sizeof(chunk->bytes), from);
	bpf_perf_event_output(ctx, &chunks, bpf_get_smp_processor_id(), chunk, sizeof(*chunk));
}

static __always_inline void socket_copy(void *ctx, struct chunk *chunk, const char *sk)
{
	const char *net = 0;

	read_kernel(&net, sizeof(net), sk + SKC_NET_OFFSET);
#pragma clang loop unroll(full)
	for (int i = 0; i < NET_CHUNKS; i++)
		chunk_copy(ctx, chunk, SOCKET_CHUNKS + i, net + i * CHUNK_BYTES);
#pragma clang loop unroll(full)
	for (int i = 0; i < SOCKET_CHUNKS; i++)
		chunk_copy(ctx, chunk, i, sk + i * CHUNK_BYTES);
}

/* Before 4.8 there is no helper for it, so the chunks of the thread are unreadable. */
static __always_inline void task_copy(void *ctx, struct chunk *chunk, const char *sk)
{
	const char *task = (const char *)bpf_get_current_task();

	chunk->task = (__u64)task;
	chunk_copy(ctx, chunk, 0, sk);
#pragma clang loop unroll(full)
	for (int i = 1; i < SNAPSHOT_CHUNKS; i++)
		chunk_copy(ctx, chunk, i, task + i * CHUNK_BYTES);
}

static __always_inline int calibrate(void *ctx, const void *sk, __u32 oldstate, __u32 newstate)
{
	struct chunk chunk = {};

	if (newstate != STATE_SYN_SENT && newstate != STATE_FIN_WAIT1 &&
	    newstate != STATE_LAST_ACK && newstate != STATE_CLOSE)
		return 0;
	if (!is_own(sk))
		return 0;
	chunk.socket = (__u64)sk;
	chunk.number = snapshot_number();
	chunk.oldstate = oldstate;
	chunk.newstate = newstate;
	if (newstate == STATE_SYN_SENT)
		task_copy(ctx, &chunk, sk);
	else
		socket_copy(ctx, &chunk, sk);
	return 0;
}

#endif
