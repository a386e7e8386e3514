/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The lives of the sessions, by the addresses of their sockets.
 *
 * To find, make and drop them is most of what a state change costs. So the ring generation has,
 * since 5.12, a table of its own in front of the kernel's: `near`, in sets of seven, takes a life
 * without a lock, in a place that stands there already. What finds its set full goes into the
 * kernel's hash table, `sessions`, which is all that other kernels have: there, whatever is `near`
 * is compiled away or never loaded.
 *
 * The kernel tells of one socket's changes one after the other, so that no two CPUs add the same
 * key to `near`. Only the accept hook can be beside them, and what that adds goes into `sessions`.
 */
#ifndef TCPLIFE_SESSIONS_BPF_H
#define TCPLIFE_SESSIONS_BPF_H

#include "maps.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 262144);
	__type(key, __u64);
	__type(value, struct life);
} sessions SEC(".maps");

/* The address as a number: the verifier lets nobody reckon with what it knows as a pointer. */
static __always_inline __u64 session_key(const struct sock *sk)
{
	__u64 key = (__u64)sk;

	asm volatile("%0 = -%0\n%0 = -%0" : "+r"(key));
	return key;
}

#ifdef BUFFER_RING

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE); /* begins with a page, so that lines are cache lines */
	__type(key, __u32);
	__type(value, struct near_set);
} near SEC(".maps");

/* How many lives are in `sessions`, while there is `near`. */
__u64 far;

static __always_inline bool near_is_there(const volatile struct config *config)
{
	return config->near_sets;
}

static __always_inline struct near_set *near_set_of(const volatile struct config *config, __u64 key)
{
	__u32 index = near_index(key, config->near_sets);

	return near_is_there(config) ? bpf_map_lookup_elem(&near, &index) : NULL;
}

/*
 * The way of the key's set that has this one, or, for 0, is free; 0: none. Without branches: a CPU
 * could not foretell them, and each would double the verifier's work. It is global so that the
 * verifier goes through it once, and not at each call.
 */
__noinline __u32 near_way(__u64 key, __u64 wanted)
{
	const struct near_set *set = near_set_of(&settings, key);
	__u64 way = 0;

	if (!set)
		return 0;
	set = opaque(set);
#pragma unroll
	for (__u32 i = 1; i <= NEAR_WAYS; i++) {
		__u64 differs = set->lines[0][i] ^ wanted, negative = differs;

		/* All ones, or all zeros; or the compiler would see branches in it. */
		asm volatile("%1 = -%1\n%0 |= %1\n%0 s>>= 63" : "+r"(differs), "+r"(negative));
		way = (way & differs) | (i & ~differs);
	}
	return way;
}

/* A life's place in a set, and that of its key. */
struct near_place {
	struct life *life;
	__u64 *key;
};

/* The place of the way that near_way() tells of. False: it tells of none. */
static __always_inline bool near_look(const volatile struct config *config, __u64 key, __u64 wanted,
				      struct near_place *place)
{
	__u32 way = near_is_there(config) ? near_way(key, wanted) : 0;
	struct near_set *set = way ? near_set_of(config, key) : NULL;

	if (!set)
		return false;
	set = opaque(set);
	way = opaque(way) & NEAR_WAYS;
	place->life = (struct life *)set->lines[way];
	place->key = &set->lines[0][way];
	return true;
}

static __always_inline struct life *near_find(const volatile struct config *config, __u64 key)
{
	struct near_place place;

	return near_look(config, key, key, &place) ? place.life : NULL;
}

/* Of a key that is not there. False: its set is full. */
static __always_inline bool near_add(const volatile struct config *config, __u64 key,
				     const struct life *life)
{
	struct near_place place;

	/* Another CPU may take it, but hardly ever. */
	if (!near_look(config, key, 0, &place) ||
	    __sync_val_compare_and_swap(place.key, 0, NEAR_CLAIMED))
		return false;
	*place.life = *life;
	/* Only now that it is whole; a barrier, too. */
	__sync_lock_test_and_set(place.key, key);
	return true;
}

/* Drops it; a copy goes to *life. */
static __always_inline bool near_take(const volatile struct config *config, __u64 key,
				      struct life *life)
{
	struct near_place place;

	if (!near_look(config, key, key, &place))
		return false;
	*life = *place.life;
	publish(place.key, 0);
	return true;
}

static __always_inline bool far_is_empty(const volatile struct config *config)
{
	return near_is_there(config) && !*(const volatile __u64 *)&far;
}

static __always_inline void far_count(__s64 change)
{
	count_add(&far, change);
}

#else /* BUFFER_PERF */

#define near_is_there(config)	     false
#define near_find(config, key)	     ((struct life *)NULL)
#define near_add(config, key, life)  false
#define near_take(config, key, life) false
#define far_is_empty(config)	     false
#define far_count(change)

#endif

static __always_inline struct life *far_find(const volatile struct config *config, __u64 key)
{
	return far_is_empty(config) ? NULL : bpf_map_lookup_elem(&sessions, &key);
}

/* False: it is there, or there is no room. */
static __always_inline bool far_add(__u64 key, const struct life *life)
{
	if (bpf_map_update_elem(&sessions, &key, life, BPF_NOEXIST))
		return false;
	far_count(1);
	return true;
}

static __always_inline void far_drop(const volatile struct config *config, __u64 key)
{
	if (!far_is_empty(config) && !bpf_map_delete_elem(&sessions, &key))
		far_count(-1);
}

/* NULL: there is none. */
static __always_inline struct life *session_find(const volatile struct config *config, __u64 key)
{
	struct life *life = near_find(config, key);

	return life ? life : far_find(config, key);
}

/* The owner that the accept hook noted meanwhile, when it found no life. */
static __always_inline void owner_fetch(const volatile struct config *config, __u64 key)
{
	const struct life *early = far_find(config, key);
	struct life *life = early ? near_find(config, key) : NULL;

	if (!life)
		return;
	life->pid = early->pid;
	life->uid = early->uid;
	life->cgroup_id = early->cgroup_id;
	life->owner = early->owner;
	__builtin_memcpy(life->comm, early->comm, sizeof(life->comm));
	life->accepted = early->accepted;
	far_drop(config, key);
}

/* Of a key that was not found. False: there is no room, or the accept hook has just added it. */
static __always_inline bool session_add(const volatile struct config *config, __u64 key,
					const struct life *life)
{
	if (!near_add(config, key, life))
		return far_add(key, life);
	owner_fetch(config, key);
	return true;
}

/* Drops it; a copy goes to *life, unless there is none. */
static __always_inline void session_take(const volatile struct config *config, __u64 key,
					 struct life *life)
{
	/* A copy: 4.4's verifier forgets a NULL test of a pointer kept on the stack. */
	const struct life *known;

	if (near_take(config, key, life))
		return;
	known = far_find(config, key);
	if (known) {
		*life = *known;
		far_drop(config, key);
	}
}

static __always_inline void session_drop(const volatile struct config *config, __u64 key)
{
	struct life unwanted;

	session_take(config, key, &unwanted);
}

#endif
