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

#ifdef __bpf__
	asm volatile("%0 = -%0\n%0 = -%0" : "+r"(key));
#endif
	return key;
}

static __always_inline __u32 accepted_load(const struct life *life)
{
	return word32_load(&life->accepted);
}

/*
 * The accept hook may name the owner meanwhile, and writes `accepted` last. So that is read first:
 * if it has the key, all of the owner is there, and else life_check_owner() forgets it.
 */
static __always_inline void life_copy(struct life *to, const struct life *from)
{
	const __u32 accepted = accepted_load(from);

	*to = *loaded_before(from, accepted);
	to->accepted = accepted;
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

/* All ones, or 0 for 0, and no branches that the compiler could see. */
static __always_inline __u64 all_ones(__u64 word)
{
#ifdef __bpf__
	__u64 negative = word;

	asm volatile("%1 = -%1\n%0 |= %1\n%0 s>>= 63" : "+r"(word), "+r"(negative));
	return word;
#else
	return word ? ~0ULL : 0;
#endif
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
		const __u64 differs = all_ones(word_load(&set->lines[0][i]) ^ wanted);

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

static __always_inline void near_release(__u64 key, __u64 *at)
{
	__sync_val_compare_and_swap(at, key | NEAR_CLAIMED, 0);
}

/* Drops it; a copy goes to *life. */
static __always_inline bool near_take(const volatile struct config *config, __u64 key,
				      struct life *life)
{
	struct near_place place;

	if (!near_look(config, key, key, &place))
		return false;
	life_copy(life, place.life);
	/* The accept hook has done with it, or never comes. */
	if (life->accepted == (__u32)key || life->direction == DIRECTION_OUT) {
		publish(place.key, 0);
		return true;
	}
	/* It claims the owner and then looks for the key; so one of us sees the other. */
	__sync_lock_test_and_set(place.key, key | NEAR_CLAIMED);
	if (accepted_load(place.life) != ACCEPT_CLAIMED)
		near_release(key, place.key);
	return true;
}

/* Lets another session have the place that near_take() has left to the accept hook. */
static __always_inline void near_drop_left(const volatile struct config *config, __u64 key)
{
	struct near_place place;

	if (near_look(config, key, key | NEAR_CLAIMED, &place))
		near_release(key, place.key);
}

static __always_inline bool far_is_empty(const volatile struct config *config)
{
	return near_is_there(config) && !word_load(&far);
}

static __always_inline void far_count(__s64 change)
{
	count_add(&far, change);
}

/*
 * Orders in full, as the change to a key of `near` does: the accept hook adds to `sessions` and
 * then looks in `near`, while the change hook adds to `near` and then looks in `sessions`, so that
 * one of them at least sees what the other did. An atomic that fetches is what does so on arm64,
 * too.
 */
static __always_inline void far_fence(void)
{
	opaque(__sync_fetch_and_add(&far, 0));
}

#else /* BUFFER_PERF */

#define near_is_there(config)	     false
#define near_find(config, key)	     ((struct life *)NULL)
#define near_add(config, key, life)  false
#define near_take(config, key, life) false
#define near_drop_left(config, key)
#define far_is_empty(config) false
#define far_count(change)
#define far_fence()

#endif

static __always_inline struct life *far_find(const volatile struct config *config, __u64 key)
{
	return far_is_empty(config) ? NULL : bpf_map_lookup_elem(&sessions, &key);
}

/* False: it is there, or there is no room. */
static __always_inline bool far_add(__u64 key, const struct life *life)
{
	/* Before, or what is there could be taken for nothing. */
	far_count(1);
	if (!bpf_map_update_elem(&sessions, &key, life, BPF_NOEXIST))
		return true;
	far_count(-1);
	return false;
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

/* Marks the owner as being written. False: another accept hook writes it. */
static __always_inline bool accepted_claim(const volatile struct config *config, struct life *life)
{
#ifdef BUFFER_RING
	if (near_is_there(config))
		return !__sync_val_compare_and_swap(&life->accepted, 0, ACCEPT_CLAIMED);
#endif
	return true;
}

/* Marks it as whole, with the low half of the key, or with 0 as unknown. */
static __always_inline void accepted_set(const volatile struct config *config, struct life *life,
					 __u32 mark)
{
#ifdef BUFFER_RING
	if (near_is_there(config)) {
		__sync_lock_test_and_set(&life->accepted, mark);
		return;
	}
#endif
	asm volatile("" ::: "memory");
	*(volatile __u32 *)&life->accepted = mark;
}

/* The owner that the accept hook noted meanwhile, when it found no life. */
static __always_inline void owner_fetch(const volatile struct config *config, __u64 key)
{
	const struct life *early = far_find(config, key);
	struct life *life = early ? near_find(config, key) : NULL;

	if (!life)
		return;
	/* Or that hook has found the life by now, and writes the same. */
	if (!accepted_claim(config, life))
		return;
	life->pid = early->pid;
	life->uid = early->uid;
	life->cgroup_id = early->cgroup_id;
	__builtin_memcpy(life->comm, early->comm, sizeof(life->comm));
	life->accepted_ns = early->accepted_ns;
	life->owner = early->owner;
	accepted_set(config, life, early->accepted);
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
		life_copy(life, known);
		far_drop(config, key);
	}
}

static __always_inline void session_drop(const volatile struct config *config, __u64 key)
{
	struct life unwanted;

	session_take(config, key, &unwanted);
}

#endif
