/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The sessions, by the addresses of their sockets.
 *
 * Finding, adding and removing them is most of the cost of a state change. So since 5.12 the ring
 * generation has its own table in front of the kernel's: `primary`, in sets of seven, takes a
 * session without a lock, in a preallocated entry. Sessions that find their set full go to the
 * kernel's hash table `sessions`. Other kernels have only that: there the code for `primary` is
 * compiled out or never loaded.
 *
 * The kernel reports the changes of a socket one after another, so no two CPUs add the same key to
 * `primary`. Only the accept hook can run at the same time, and it adds to `sessions`.
 */
#ifndef TCPLIFE_SESSIONS_BPF_H
#define TCPLIFE_SESSIONS_BPF_H

#include "conn.h"
#include "maps.bpf.h"
#include "primary.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 262144);
	__type(key, __u64);
	__type(value, struct conn);
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

static __always_inline __u32 accepted_load(const struct conn *conn)
{
	return word32_load(&conn->accepted);
}

/*
 * The accept hook may be writing the owner, and writes `accepted` last. So this reads it first: if
 * it is the key, the whole owner is there; else conn_check_owner() removes it.
 */
static __always_inline void conn_copy(struct conn *to, const struct conn *from)
{
	const __u32 accepted = accepted_load(from);

	*to = *loaded_before(from, accepted);
	to->accepted = accepted;
}

/* An entry of a set in `primary`, and its key. */
struct primary_entry {
	struct conn *conn;
	__u64 *key;
};

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
		const __u64 word = word_load(&set->lines[0][i]) & ~(__u64)PRIMARY_OWNING;
		const __u64 differs = all_ones(word ^ wanted);

		way = (way & differs) | (i & ~differs);
	}
	return way;
}

/* Finds the entry of the way that primary_way() returns. Returns false if there is none. */
static __always_inline bool primary_look(const volatile struct config *config, __u64 key,
					 __u64 wanted, struct primary_entry *entry)
{
	__u32 way = primary_is_there(config) ? primary_way(key, wanted) : 0;
	struct primary_set *set = way ? primary_set_of(config, key) : NULL;

	if (!set)
		return false;
	set = opaque(set);
	way = opaque(way) & PRIMARY_WAYS;
	entry->conn = (struct conn *)set->lines[way];
	entry->key = &set->lines[0][way];
	return true;
}

static __always_inline struct conn *primary_find(const volatile struct config *config, __u64 key)
{
	struct primary_entry entry;

	return primary_look(config, key, key, &entry) ? entry.conn : NULL;
}

/* Adds a key that is not in the table. Returns false if its set is full. */
static __always_inline bool primary_add(const volatile struct config *config, __u64 key,
					const struct conn *conn)
{
	struct primary_entry entry;

	/* Another CPU may take it, which is rare. */
	if (!primary_look(config, key, 0, &entry) ||
	    __sync_val_compare_and_swap(entry.key, 0, PRIMARY_CLAIMED))
		return false;
	*entry.conn = *conn;
	/* Only when it is complete; also a full barrier. */
	__sync_lock_test_and_set(entry.key, key);
	return true;
}

/*
 * Marks the owner as being written, which keeps the entry. Returns false if there is no such
 * session or the owner is being written already.
 */
static __always_inline bool primary_own(const volatile struct config *config, __u64 key,
					struct primary_entry *entry)
{
	return primary_look(config, key, key, entry) &&
	       __sync_val_compare_and_swap(entry->key, key, key | PRIMARY_OWNING) == key;
}

/* The owner is written. Frees the entry if the session has ended meanwhile. */
static __always_inline void primary_disown(__u64 key, const struct primary_entry *entry)
{
	if (__sync_val_compare_and_swap(entry->key, key | PRIMARY_OWNING, key) ==
	    (key | PRIMARY_CLAIMED))
		publish(entry->key, 0);
}

/* Frees the entry, or leaves that to the accept hook if it is writing the owner. */
static __always_inline void primary_release(__u64 *at, __u64 key)
{
	/* If both fail, that hook has finished in between. */
	if (__sync_val_compare_and_swap(at, key, 0) != key &&
	    __sync_val_compare_and_swap(at, key | PRIMARY_OWNING, key | PRIMARY_CLAIMED) !=
		    (key | PRIMARY_OWNING))
		publish(at, 0);
}

/* Removes it and copies it to *conn. */
static __always_inline bool primary_take(const volatile struct config *config, __u64 key,
					 struct conn *conn)
{
	struct primary_entry entry;

	if (!primary_look(config, key, key, &entry))
		return false;
	conn_copy(conn, entry.conn);
	/* The accept hook has written the owner, or never runs for it. */
	if (conn->accepted == (__u32)key || conn->direction == DIRECTION_OUT)
		publish(entry.key, 0);
	else
		primary_release(entry.key, key);
	return true;
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
#define primary_find(config, key)	((struct conn *)NULL)
#define primary_add(config, key, conn)	false
#define primary_take(config, key, conn) false
#define primary_own(config, key, entry) false
#define primary_disown(key, entry)
#define overflow_is_empty(config) false
#define overflow_count(change)
#define overflow_fence()

#endif

static __always_inline struct conn *overflow_find(const volatile struct config *config, __u64 key)
{
	return overflow_is_empty(config) ? NULL : bpf_map_lookup_elem(&sessions, &key);
}

/* Returns false if the key exists or the table is full. */
static __always_inline bool overflow_add(__u64 key, const struct conn *conn)
{
	/* Count first: otherwise the entry could be overlooked. */
	overflow_count(1);
	if (!bpf_map_update_elem(&sessions, &key, conn, BPF_NOEXIST))
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
static __always_inline struct conn *session_find(const volatile struct config *config, __u64 key)
{
	struct conn *conn = primary_find(config, key);

	return conn ? conn : overflow_find(config, key);
}

/*
 * Marks the owner of an entry in `sessions` as being written. Returns false if another accept hook
 * is writing it.
 */
static __always_inline bool accepted_claim(const volatile struct config *config, struct conn *conn)
{
#ifdef BUFFER_RING
	if (primary_is_there(config))
		return !__sync_val_compare_and_swap(&conn->accepted, 0, ACCEPT_CLAIMED);
#endif
	return true;
}

/* Marks the owner as complete (the low half of the key) or unknown (0). */
static __always_inline void accepted_set(const volatile struct config *config, struct conn *conn,
					 __u32 mark)
{
#ifdef BUFFER_RING
	if (primary_is_there(config)) {
		__sync_lock_test_and_set(&conn->accepted, mark);
		return;
	}
#endif
	asm volatile("" ::: "memory");
	*(volatile __u32 *)&conn->accepted = mark;
}

/* Fetches the owner that the accept hook has noted because it found no session. */
static __always_inline void owner_fetch(const volatile struct config *config, __u64 key)
{
	const struct conn *early = overflow_find(config, key);
	struct primary_entry entry = {};
	struct conn *conn;

	/* If that hook has found the session by now, it writes the same. */
	if (!early || !primary_own(config, key, &entry))
		return;
	conn = entry.conn;
	conn->pid = early->pid;
	conn->uid = early->uid;
	conn->kin = early->kin;
	__builtin_memcpy(conn->comm, early->comm, sizeof(conn->comm));
	conn->accepted_ns = early->accepted_ns;
	conn->owner = early->owner;
	accepted_set(config, conn, early->accepted);
	primary_disown(key, &entry);
	overflow_drop(config, key);
}

/*
 * Adds a key that was not found. Returns false if the table is full or the accept hook has just
 * added it.
 */
static __always_inline bool session_add(const volatile struct config *config, __u64 key,
					const struct conn *conn)
{
	if (!primary_add(config, key, conn))
		return overflow_add(key, conn);
	owner_fetch(config, key);
	return true;
}

/* Removes the session and copies it to *conn, if there is one. */
static __always_inline void session_take(const volatile struct config *config, __u64 key,
					 struct conn *conn)
{
	/*
	 * In a variable, since 4.4's verifier forgets a NULL test of a pointer kept on the stack.
	 */
	struct conn *known;

	if (primary_take(config, key, conn))
		return;
	known = overflow_find(config, key);
	if (known) {
		conn_copy(conn, known);
		/* The kernel may refuse to remove it, if this CPU has interrupted itself there. */
		known->born_ns = 0;
		known->owner = OWNER_UNKNOWN;
		overflow_drop(config, key);
	}
}

static __always_inline void session_drop(const volatile struct config *config, __u64 key)
{
	struct conn unwanted;

	session_take(config, key, &unwanted);
}

#endif
