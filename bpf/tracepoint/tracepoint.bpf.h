/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Shared by the typed and the raw hook. Both get the arguments of the tracepoint
 * inet_sock_set_state (struct sock *, oldstate, newstate), and both attach several programs to it.
 *
 * Since 6.1 the kernel skips a program that is already running on this CPU. So the first program
 * misses changes made meanwhile by an interrupt; the second, attached after it, handles those.
 * Where programs are preemptible (6.18), each may be held up by a task of its own that waits for
 * its turn, so there are more.
 */
#ifndef TCPLIFE_TRACEPOINT_BPF_H
#define TCPLIFE_TRACEPOINT_BPF_H

#include "lifespan.bpf.h"

#include "accept.bpf.h"
#include "audit.bpf.h"
#include "held.bpf.h"

static __always_inline void hook_read_tuple(const struct change *c, struct tcp_sock *tp,
					    struct record *r)
{
	socket_read_tuple(c->sk, r);
	/* At the end of a session skc_num is already cleared; inet_sport remains. */
	r->lport = swap16(LOAD((struct inet_sock *)tp, inet_sport));
}

#define ENDS 64 /* a power of two */

/* What has been handled on this CPU, by whichever program. */
struct handled {
	__u64 newest; /* the newest change: the socket's address, the new state in the low bits */
	__u64 ends[ENDS]; /* sockets whose sessions have ended, by end_index(); older ones give way
			   */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct handled);
} handled SEC(".maps");

static __always_inline struct handled *handled_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&handled, &zero);
}

static __always_inline __u64 handled_value(const struct change *c)
{
	return session_key(c->sk) | (c->newstate & 15);
}

/* Reads the tracepoint's arguments. Returns false if the change has no meaning. */
static __always_inline bool change_read(const __u64 *args, struct change *c)
{
	c->ctx = (void *)args;
	c->sk = (struct sock *)args[0];
	c->oldstate = args[1];
	c->newstate = args[2];
	return change_matters(c->oldstate, c->newstate);
}

static __always_inline __u64 *end_place(struct handled *here, const struct change *c)
{
	const __u64 index = opaque(session_key(c->sk) >> 6) & (ENDS - 1);

	return &here->ends[index];
}

/*
 * Whether no program before this one has handled the change. Then a session that goes on has not
 * got the new state, and one that ends is still in the table, unless its beginning was not seen.
 */
static __always_inline bool change_is_missed(struct handled *here, const struct change *c)
{
	const volatile struct config *config = config_get();
	const __u64 key = session_key(c->sk);
	const struct conn *conn = config ? session_find(config, key) : NULL;

	if (c->newstate == STATE_CLOSE)
		return conn || (*end_place(here, c) != key && !session_has_ended(key));
	return !conn || conn->state != c->newstate;
}

static __always_inline int change_handle(struct handled *here, const struct change *c)
{
	here->newest = handled_value(c);
	if (c->newstate == STATE_CLOSE)
		*end_place(here, c) = session_key(c->sk);
	return lifespan_change(c);
}

/* The first program. */
static __always_inline int change_first(const __u64 *args)
{
	struct handled *here;
	struct change c;

	if (!change_read(args, &c))
		return 0;
	here = handled_here();
	return here && socket_is_tcp(c.sk) ? change_handle(opaque(here), &c) : 0;
}

/* A further program. Usually it only finds that the first one ran, and no other change since. */
static __always_inline int change_further(const __u64 *args)
{
	struct handled *here;
	struct change c;

	if (!change_read(args, &c))
		return 0;
	here = handled_here();
	if (!here)
		return 0;
	here = opaque(here);
	if (here->newest == handled_value(&c) || !socket_is_tcp(c.sk) ||
	    !change_is_missed(here, &c))
		return 0;
	return change_handle(here, &c);
}

#endif
