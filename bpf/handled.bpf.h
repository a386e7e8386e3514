/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For several programs on one tracepoint: the first handles each change, and the further ones
 * handle those for which the kernel skipped it. They know that from the session, which has the
 * change's state, or from `ended`.
 */
#ifndef TCPLIFE_HANDLED_BPF_H
#define TCPLIFE_HANDLED_BPF_H

#include "lifespan.bpf.h"

/* The newest change handled on this CPU: the socket's address, with the new state in the low bits.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} handled SEC(".maps");

static __always_inline __u64 *handled_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&handled, &zero);
}

static __always_inline __u64 handled_value(const struct change *c)
{
	return session_key(c->sk) | (c->newstate & 15);
}

#ifdef BUFFER_RING

#define ENDED_WORDS 65536 /* a power of two */

/*
 * The sockets of which an end was handled: a bit for each 2 KB of memory, where no two sockets
 * begin. Bits are never cleared: what ends later at the address has begun later, too, and is in the
 * table until its end is handled. Beyond 8 GB of memory sockets share bits, and then an older
 * session whose end the first program misses may not be counted.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ENDED_WORDS);
	__type(key, __u32);
	__type(value, __u64);
} ended SEC(".maps");

static __always_inline __u64 *ended_word(__u64 key)
{
	__u32 index = key >> 17 & (ENDED_WORDS - 1);

	return bpf_map_lookup_elem(&ended, &index);
}

static __always_inline __u64 ended_bit(__u64 key)
{
	return 1ULL << (key >> 11 & 63);
}

static __always_inline void ended_note(const volatile struct config *config, __u64 key)
{
	__u64 *word = config->further ? ended_word(key) : NULL;

	if (word && !(word_load(word) & ended_bit(key)))
		__sync_fetch_and_or(word, ended_bit(key));
}

static __always_inline bool ended_has(__u64 key)
{
	const __u64 *word = ended_word(key);

	return word && word_load(word) & ended_bit(key);
}

#else

/*
 * Kernels that skip programs use this generation only by request (--transport perf). Then an older
 * session whose end the first program misses is not counted.
 */
#define ended_note(config, key)
#define ended_has(key) true

#endif

/*
 * Whether no program before this one has handled the change. Then a session that goes on has not
 * got the new state, and one that ends is still in the table, unless its beginning was not seen.
 * If only its owner is in the table, the accept hook may have been late and be about to remove it.
 */
static __always_inline bool change_is_missed(const volatile struct config *config,
					     const struct change *c)
{
	const __u64 key = session_key(c->sk);
	const struct conn *conn = session_find(config, key);

	if (c->newstate == STATE_CLOSE)
		return (conn && conn->born_ns) || !ended_has(key);
	return !conn || conn->state != c->newstate;
}

static __always_inline void change_handle(const volatile struct config *config, __u64 *here,
					  const struct change *c)
{
	*here = handled_value(c);
	if (c->newstate == STATE_CLOSE)
		ended_note(config, session_key(c->sk));
	lifespan_change(c);
}

/* The first program. */
static __always_inline void change_first(const struct change *c)
{
	const volatile struct config *config = config_get();
	__u64 *here = handled_here();

	if (config && here && socket_is_tcp(c->sk))
		change_handle(config, here, c);
}

/* A further program. Usually it only finds that the first one ran, and no other change since. */
static __always_inline void change_further(const struct change *c)
{
	const volatile struct config *config = config_get();
	__u64 *here = handled_here();

	if (config && here && *here != handled_value(c) && socket_is_tcp(c->sk) &&
	    change_is_missed(config, c))
		change_handle(config, here, c);
}

#endif
