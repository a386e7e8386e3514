/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The sessions, by the addresses of their sockets.
 *
 * Finding, adding and removing them is most of the cost of a state change. So since 5.12 the ring
 * generation has its own table in front of the kernel's: `primary`, in sets of seven, takes a
 * session without a lock, in a preallocated place. Sessions that find their set full go to the
 * kernel's hash table `sessions`. Other kernels have only that: there the code for `primary` is
 * compiled out or never loaded.
 *
 * The kernel reports the changes of a socket one after another, so no two CPUs add the same key to
 * `primary`. Only the accept hook can run at the same time, and it adds to `sessions`.
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

/* The address as a number, since the verifier restricts arithmetic on pointers. */
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
 * The accept hook may be writing the owner, and writes `accepted` last. So this reads it first: if
 * it is the key, the whole owner is there; else life_check_owner() removes it.
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
	__uint(map_flags, BPF_F_MMAPABLE); /* starts with a page, so lines are cache lines */
	__type(key, __u32);
	__type(value, struct primary_set);
} primary SEC(".maps");

/* The number of sessions in `sessions` while there is `primary`. */
__u64 overflow;

static __always_inline bool primary_is_there(const volatile struct config *config)
{
	return config->primary_sets;
}

static __always_inline struct primary_set *primary_set_of(const volatile struct config *config,
							  __u64 key)
{
	__u32 index = primary_index(key, config->primary_sets);

	return primary_is_there(config) ? bpf_map_lookup_elem(&primary, &index) : NULL;
}

/* All ones, or 0 for 0. Without branches that the compiler could see. */
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
 * Returns the way of the key's set that holds `wanted`, which is the key or, for a free way, 0.
 * Returns 0 if there is none. Without branches: CPUs could not predict them, and each would double
 * the verifier's work. Global, so that the verifier checks it once and not at each call.
 */
__noinline __u32 primary_way(__u64 key, __u64 wanted)
{
	const struct primary_set *set = primary_set_of(&settings, key);
	__u64 way = 0;

	if (!set)
		return 0;
	set = opaque(set);
#pragma unroll
	for (__u32 i = 1; i <= PRIMARY_WAYS; i++) {
		const __u64 differs = all_ones(word_load(&set->lines[0][i]) ^ wanted);

		way = (way & differs) | (i & ~differs);
	}
	return way;
}

/* The places of a session and of its key in a set. */
struct primary_place {
	struct life *life;
	__u64 *key;
};

/* Finds the place of the way that primary_way() returns. Returns false if there is none. */
static __always_inline bool primary_look(const volatile struct config *config, __u64 key,
					 __u64 wanted, struct primary_place *place)
{
	__u32 way = primary_is_there(config) ? primary_way(key, wanted) : 0;
	struct primary_set *set = way ? primary_set_of(config, key) : NULL;

	if (!set)
		return false;
	set = opaque(set);
	way = opaque(way) & PRIMARY_WAYS;
	place->life = (struct life *)set->lines[way];
	place->key = &set->lines[0][way];
	return true;
}

static __always_inline struct life *primary_find(const volatile struct config *config, __u64 key)
{
	struct primary_place place;

	return primary_look(config, key, key, &place) ? place.life : NULL;
}

/* Adds a key that is not in the table. Returns false if its set is full. */
static __always_inline bool primary_add(const volatile struct config *config, __u64 key,
					const struct life *life)
{
	struct primary_place place;

	/* Another CPU may take it, which is rare. */
	if (!primary_look(config, key, 0, &place) ||
	    __sync_val_compare_and_swap(place.key, 0, PRIMARY_CLAIMED))
		return false;
	*place.life = *life;
	/* Only when it is complete; also a full barrier. */
	__sync_lock_test_and_set(place.key, key);
	return true;
}

static __always_inline void primary_release(__u64 key, __u64 *at)
{
	__sync_val_compare_and_swap(at, key | PRIMARY_CLAIMED, 0);
}

/* Removes it and copies it to *life. */
static __always_inline bool primary_take(const volatile struct config *config, __u64 key,
					 struct life *life)
{
	struct primary_place place;

	if (!primary_look(config, key, key, &place))
		return false;
	life_copy(life, place.life);
	/* The accept hook has finished, or never runs for it. */
	if (life->accepted == (__u32)key || life->direction == DIRECTION_OUT) {
		publish(place.key, 0);
		return true;
	}
	/*
	 * The accept hook claims the owner and then looks for the key, so one of us sees the other.
	 */
	__sync_lock_test_and_set(place.key, key | PRIMARY_CLAIMED);
	if (accepted_load(place.life) != ACCEPT_CLAIMED)
		primary_release(key, place.key);
	return true;
}

/* Frees the place that primary_take() has left to the accept hook. */
static __always_inline void primary_drop_left(const volatile struct config *config, __u64 key)
{
	struct primary_place place;

	if (primary_look(config, key, key | PRIMARY_CLAIMED, &place))
		primary_release(key, place.key);
}

static __always_inline bool overflow_is_empty(const volatile struct config *config)
{
	return primary_is_there(config) && !word_load(&overflow);
}

static __always_inline void overflow_count(__s64 change)
{
	count_add(&overflow, change);
}

/*
 * A full barrier, like the change of a key in `primary`. The accept hook adds to `sessions` and
 * then looks in `primary`; the change hook adds to `primary` and then looks in `sessions`. So at
 * least one of them sees what the other did. Atomics that fetch are full barriers on arm64 too.
 */
static __always_inline void overflow_fence(void)
{
	opaque(__sync_fetch_and_add(&overflow, 0));
}

#else /* BUFFER_PERF */

#define primary_is_there(config)	false
#define primary_find(config, key)	((struct life *)NULL)
#define primary_add(config, key, life)	false
#define primary_take(config, key, life) false
#define primary_drop_left(config, key)
#define overflow_is_empty(config) false
#define overflow_count(change)
#define overflow_fence()

#endif

static __always_inline struct life *overflow_find(const volatile struct config *config, __u64 key)
{
	return overflow_is_empty(config) ? NULL : bpf_map_lookup_elem(&sessions, &key);
}

/* Returns false if the key exists or there is no room. */
static __always_inline bool overflow_add(__u64 key, const struct life *life)
{
	/* Count first: otherwise the entry could be overlooked. */
	overflow_count(1);
	if (!bpf_map_update_elem(&sessions, &key, life, BPF_NOEXIST))
		return true;
	overflow_count(-1);
	return false;
}

static __always_inline void overflow_drop(const volatile struct config *config, __u64 key)
{
	if (!overflow_is_empty(config) && !bpf_map_delete_elem(&sessions, &key))
		overflow_count(-1);
}

/* Returns NULL if there is none. */
static __always_inline struct life *session_find(const volatile struct config *config, __u64 key)
{
	struct life *life = primary_find(config, key);

	return life ? life : overflow_find(config, key);
}

/* Marks the owner as being written. Returns false if another accept hook is writing it. */
static __always_inline bool accepted_claim(const volatile struct config *config, struct life *life)
{
#ifdef BUFFER_RING
	if (primary_is_there(config))
		return !__sync_val_compare_and_swap(&life->accepted, 0, ACCEPT_CLAIMED);
#endif
	return true;
}

/* Marks the owner as complete (the low half of the key) or unknown (0). */
static __always_inline void accepted_set(const volatile struct config *config, struct life *life,
					 __u32 mark)
{
#ifdef BUFFER_RING
	if (primary_is_there(config)) {
		__sync_lock_test_and_set(&life->accepted, mark);
		return;
	}
#endif
	asm volatile("" ::: "memory");
	*(volatile __u32 *)&life->accepted = mark;
}

/* Fetches the owner that the accept hook has noted because it found no session. */
static __always_inline void owner_fetch(const volatile struct config *config, __u64 key)
{
	const struct life *early = overflow_find(config, key);
	struct life *life = early ? primary_find(config, key) : NULL;

	if (!life)
		return;
	/* Otherwise that hook has found the session by now, and writes the same. */
	if (!accepted_claim(config, life))
		return;
	life->pid = early->pid;
	life->uid = early->uid;
	life->cgroup_id = early->cgroup_id;
	__builtin_memcpy(life->comm, early->comm, sizeof(life->comm));
	life->accepted_ns = early->accepted_ns;
	life->owner = early->owner;
	accepted_set(config, life, early->accepted);
	overflow_drop(config, key);
}

/*
 * Adds a key that was not found. Returns false if there is no room or the accept hook has just
 * added it.
 */
static __always_inline bool session_add(const volatile struct config *config, __u64 key,
					const struct life *life)
{
	if (!primary_add(config, key, life))
		return overflow_add(key, life);
	owner_fetch(config, key);
	return true;
}

/* Removes the session and copies it to *life, if there is one. */
static __always_inline void session_take(const volatile struct config *config, __u64 key,
					 struct life *life)
{
	/*
	 * In a variable, since 4.4's verifier forgets a NULL test of a pointer kept on the stack.
	 */
	const struct life *known;

	if (primary_take(config, key, life))
		return;
	known = overflow_find(config, key);
	if (known) {
		life_copy(life, known);
		overflow_drop(config, key);
	}
}

static __always_inline void session_drop(const volatile struct config *config, __u64 key)
{
	struct life unwanted;

	session_take(config, key, &unwanted);
}

#endif
