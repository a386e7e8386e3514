/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the typed and the raw hook share: both get the arguments of the tracepoint
 * inet_sock_set_state (struct sock *, oldstate, newstate), and both run two programs on it.
 *
 * Since 6.1 the kernel does not run a program that is running on this CPU already, so the first
 * program misses what an interrupt, or another task where programs can be preempted (6.19), changes
 * meanwhile. The second program, attached after it, takes that.
 */
#ifndef TCPLIFE_TRACEPOINT_BPF_H
#define TCPLIFE_TRACEPOINT_BPF_H

#include "lifespan.bpf.h"

#include "accept.bpf.h"
#include "audit.bpf.h"
#include "held.bpf.h"

static __always_inline __u16 hook_local_port(const struct change *c)
{
	return LOAD(c->sk, __sk_common.skc_num);
}

static __always_inline __u16 hook_remote_port(const struct change *c)
{
	return socket_remote_port(c->sk);
}

static __always_inline void hook_read_ends(const struct change *c, struct tcp_sock *tp,
					   struct record *r)
{
	socket_read_addresses(c->sk, r);
	r->rport = socket_remote_port(c->sk);
	/* skc_num is already cleared when a session ends; inet_sport stays. */
	r->lport = swap16(LOAD((struct inet_sock *)tp, inet_sport));
}

/* The changes that the first program has been told of and the second one not yet: the newest, and
 * the one that it interrupted. Each is the socket's address and, in its low bits, the new state. */
struct told {
	__u64 newest;
	__u64 interrupted;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct told);
} told SEC(".maps");

static __always_inline struct told *told_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&told, &zero);
}

static __always_inline __u64 told_value(const struct change *c)
{
	return session_key(c->sk) | (c->newstate & 15);
}

/* Reads the tracepoint's arguments. False: the change means nothing. */
static __always_inline bool change_read(const __u64 *args, struct change *c)
{
	c->ctx = (void *)args;
	c->sk = (struct sock *)args[0];
	c->oldstate = args[1];
	c->newstate = args[2];
	return lifespan_cares(c->oldstate, c->newstate);
}

/* The first program. */
static __always_inline int change_first(const __u64 *args)
{
	struct told *here;
	struct change c;

	if (!change_read(args, &c))
		return 0;
	here = told_here();
	if (here) {
		here->interrupted = here->newest;
		here->newest = told_value(&c);
	}
	return socket_is_tcp(c.sk) ? lifespan_change(&c) : 0;
}

/* The second program: most of the time, it finds that the first was told, and that is all. */
static __always_inline int change_second(const __u64 *args)
{
	struct told *here;
	struct change c;

	if (!change_read(args, &c))
		return 0;
	here = told_here();
	if (!here)
		return 0;
	if (here->newest == told_value(&c)) {
		here->newest = here->interrupted;
		here->interrupted = 0;
		return 0;
	}
	/* Or this very program was interrupted, and the second one of that change not run. */
	if (here->interrupted == told_value(&c)) {
		here->interrupted = 0;
		return 0;
	}
	/* Where tasks take turns in between, it may have been told all the same. */
	return socket_is_tcp(c.sk) && lifespan_missed(&c) ? lifespan_change(&c) : 0;
}

#endif
