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

#include "handled.bpf.h"

#include "accept.bpf.h"
#include "audit.bpf.h"
#include "held.bpf.h"

static __always_inline void hook_read_tuple(const struct change *c, struct tcp_sock *tp,
					    struct record *r)
{
	socket_read_tuple(c->sk, r);
	/* At the end of a session skc_num is already cleared; inet_sport remains. */
	r->lport = net16(LOAD((struct inet_sock *)tp, inet_sport));
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

static __always_inline int tracepoint_first(const __u64 *args)
{
	struct change c;

	if (change_read(args, &c))
		change_first(&c);
	return 0;
}

static __always_inline int tracepoint_further(const __u64 *args)
{
	struct change c;

	if (change_read(args, &c))
		change_further(&c);
	return 0;
}

/* Defines a further program. The context of both hooks is the tracepoint's arguments. */
#define TRACEPOINT_FURTHER(section, name)       \
	SEC(section)                            \
	int name(const __u64 *ctx)              \
	{                                       \
		return tracepoint_further(ctx); \
	}

#endif
