/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Maps, configuration and output, in two generations: BUFFER_RING for 5.8 and later, BUFFER_PERF
 * for all kernels since 4.4. The rest of the code does not depend on the generation.
 */
#ifndef TCPLIFE_MAPS_BPF_H
#define TCPLIFE_MAPS_BPF_H

#include "config.h"
#include "kernel.bpf.h"
#include "loss.h"
#include "record.h"
#include "slots.h"
#include "tuple.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct tuple);
} tuples SEC(".maps");

/* Records that wait for the owner of their session (held.bpf.h). Key: as in `sessions`. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct record);
} held SEC(".maps");

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
		count_add(count, 1);
}

static __always_inline bool port_in(void *set, __u16 port)
{
	__u32 index = port / 64;
	const __u64 *word = bpf_map_lookup_elem(set, &index);

	return word && (*word >> (port % 64) & 1);
}

#ifdef BUFFER_RING

/* Constant from loading on, so that the verifier removes code for options not in use. */
const volatile struct config settings SEC(".rodata.config");

static __always_inline const volatile struct config *config_get(void)
{
	return &settings;
}

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} records SEC(".maps");

/* A record is read only where it was written. */
static __always_inline void record_clear(struct record *on_stack)
{
	(void)on_stack;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct slot);
} slots SEC(".maps");

struct slot_positions slot_positions SEC(".bss.slots");

/*
 * Stores a number after all earlier loads and stores. x86 guarantees that order; there an exchange
 * would wait for every cache line of the record to come back from the CPU that read it last.
 */
static __always_inline void publish(__u64 *at, __u64 number)
{
	asm volatile("" ::: "memory");
#ifdef __TARGET_ARCH_x86
	*(volatile __u64 *)at = number;
#else
	__sync_lock_test_and_set(at, number);
#endif
}

static __always_inline bool slots_is_there(void)
{
	return settings.slot_count;
}

/* Number of records that wait there when this many slots have been claimed. */
static __always_inline __s64 slots_waiting(__u64 producer)
{
	return producer - word_load(&slot_positions.consumer);
}

static __always_inline struct record *slots_claim(__u64 *number)
{
	struct slot *slot;
	__u32 index;

	/* Signed, since more may have been claimed and read meanwhile. */
	if (slots_waiting(word_load(&slot_positions.producer)) >= settings.slot_limit)
		return NULL;
	*number = __sync_fetch_and_add(&slot_positions.producer, 1) + 1;
	index = (*number - 1) & (settings.slot_count - 1);
	slot = bpf_map_lookup_elem(&slots, &index);
	return slot ? &opaque(slot)->record : NULL;
}

/*
 * Reserves space for a record in the buffer, all of which must be filled in. Returns NULL if there
 * is none. Sets *number for record_end().
 */
static __always_inline struct record *record_begin(struct record *unused, __u64 *number)
{
	struct record *r = slots_is_there() ? slots_claim(number)
					    : bpf_ringbuf_reserve(&records, sizeof(*r), 0);

	(void)unused;
	if (!r)
		loss_count(LOSS_BUFFER);
	return r;
}

/*
 * True once per wakeup_bytes (a power of two) waiting; the reader's timer does the rest. size: the
 * size of a record.
 */
static __always_inline bool waking_is_due(__u64 waiting, __u64 size)
{
	return waiting >= settings.wakeup_bytes && (waiting & (settings.wakeup_bytes - 1)) < size;
}

static __always_inline void record_end(void *ctx, struct record *r, __u64 number)
{
	struct slot *slot = (void *)r - offsetof(struct slot, record);
	const __u64 size = sizeof(*slot);
	bool wake;

	(void)ctx;
	if (!slots_is_there()) {
		wake = waking_is_due(bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA), size);
		bpf_ringbuf_submit(r, wake ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
		return;
	}
	publish(&slot->number, number);
	if (waking_is_due(slots_waiting(number) * size, size))
		bpf_ringbuf_output(&records, &number, sizeof(number), BPF_RB_FORCE_WAKEUP);
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

/* Helpers require initialized memory. */
static __always_inline void record_clear(struct record *on_stack)
{
	__builtin_memset(on_stack, 0, sizeof(*on_stack));
}

static __always_inline struct record *record_begin(struct record *on_stack, __u64 *number)
{
	(void)number;
	return on_stack;
}

/*
 * 4.4 lacks BPF_F_CURRENT_CPU. The kernel reports lost records only with a later one that fits, so
 * user space compares the numbers of records sent and received.
 */
static __always_inline void record_end(void *ctx, struct record *r, __u64 number)
{
	(void)number;
	loss_count(LOSS_SENT);
	bpf_perf_event_output(ctx, &records, bpf_get_smp_processor_id(), r, sizeof(*r));
}

#endif

/* Since 4.18. For older kernels user space replaces the call by 0 before loading. */
static __always_inline __u64 cgroup_now(void)
{
	return bpf_get_current_cgroup_id();
}

#endif
