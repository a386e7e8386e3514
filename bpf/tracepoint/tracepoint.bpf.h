/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Shared by the typed and the raw hook. Both get the arguments of the tracepoint
 * inet_sock_set_state (struct sock *, oldstate, newstate), and both attach two programs to it.
 *
 * Since 6.1 the kernel skips a program that is already running on this CPU. So the first program
 * misses changes made meanwhile by an interrupt, or by another task where programs are preemptible
 * (6.19). The second program, attached after it, handles those.
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

/*
 * Changes that the first program has handled and the second has not seen yet: the newest, and the
 * one that it interrupted. Each is the socket's address with the new state in the low bits.
 */
struct handled {
	__u64 newest;
	__u64 interrupted;
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

/* The first program. */
static __always_inline int change_first(const __u64 *args)
{
	struct handled *here;
	struct change c;

	if (!change_read(args, &c))
		return 0;
	here = handled_here();
	if (here) {
		here->interrupted = here->newest;
		here->newest = handled_value(&c);
	}
	return socket_is_tcp(c.sk) ? lifespan_change(&c) : 0;
}

/* The second program. Usually it only finds that the first one ran. */
static __always_inline int change_second(const __u64 *args)
{
	struct handled *here;
	struct change c;

	if (!change_read(args, &c))
		return 0;
	here = handled_here();
	if (!here)
		return 0;
	if (here->newest == handled_value(&c)) {
		here->newest = here->interrupted;
		here->interrupted = 0;
		return 0;
	}
	/*
	 * This program was interrupted itself, and the one for the interrupting change was skipped.
	 */
	if (here->interrupted == handled_value(&c)) {
		here->interrupted = 0;
		return 0;
	}
	/* If tasks alternate on the CPU, the first program may have run all the same. */
	return socket_is_tcp(c.sk) && lifespan_missed(&c) ? lifespan_change(&c) : 0;
}

#endif
