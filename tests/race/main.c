// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The code for sessions, compiled for this machine and run on many threads at once: the table in
 * front, its overflow, the owner named by the accept hook, the programs that stand by for changes
 * that the first one misses, and the slots of records.
 * ThreadSanitizer reports what is not ordered, and each record must be right.
 *
 * A group has two threads. One acts as the softirq, which establishes sockets and resets them. The
 * other accepts them before, during or after that.
 */
#define BUFFER_RING
#include "accepted.bpf.h"
#include "handled.bpf.h"

#include "kernel.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define GROUPS	    4
#define SOCKETS	    8 /* per group, open at once: more than a set has ways */
#define GENERATIONS 2000
#define SETS	    2
#define SLOTS	    64
#define RESET	    104 /* ECONNRESET, so no process closed it */
#define PROGRAMS    3	/* on the tracepoint */

/* The kernel's struct is first, since its address is the key. */
struct socket {
	_Alignas(2048) struct sock sk; /* as far apart as the kernel's, for `ended` */
	__u32 generation;
	__u32 accepted; /* the newest generation accepted */
	__u32 known;	/* 1: accepted before it was closed */
};

static struct socket sockets[GROUPS][SOCKETS], older[SOCKETS];
static __u64 records_seen, wrong;
static int over;

_Thread_local __u32 running_pid;
struct primary_set primary_sets[SETS];
struct slot slot_array[SLOTS];
__u64 counts[LOSS_IN_KERNEL], ended_words[ENDED_WORDS];
static _Thread_local __u64 handled_last;

/* --- the hook --- */

static __always_inline __u16 hook_local_port(const struct change *c)
{
	return 0;
}

static __always_inline __u16 hook_remote_port(const struct change *c)
{
	return 0;
}

static __always_inline void hook_read_tuple(const struct change *c, struct tcp_sock *tp,
					    struct record *r)
{
	const struct socket *s = (const struct socket *)c->sk;

	memset(r->laddr, 0, sizeof(r->laddr));
	memset(r->raddr, 0, sizeof(r->raddr));
	memcpy(r->raddr, &s->generation, sizeof(s->generation));
	r->rport = (__u16)(s - &sockets[0][0]);
	r->lport = (__u16)s->known;
}

void *map_lookup(void *map, const void *key)
{
	if (map == (void *)&primary)
		return &primary_sets[*(const __u32 *)key];
	if (map == (void *)&slots)
		return &slot_array[*(const __u32 *)key];
	if (map == (void *)&handled)
		return &handled_last;
	if (map == (void *)&ended)
		return &ended_words[*(const __u32 *)key];
	return map == (void *)&losses ? &counts[*(const __u32 *)key] : NULL;
}

/*
 * The tracepoint fires before the state is stored. The kernel skips some programs, and between any
 * two the CPU may change or handle other changes.
 */
static void change(struct socket *s, int newstate)
{
	static _Thread_local __u32 turn;
	const struct change c = {
		.sk = &s->sk,
		.oldstate = s->sk.__sk_common.skc_state,
		.newstate = newstate,
	};

	turn++;
	for (__u32 program = 0; program < PROGRAMS; program++) {
		if (program == 0 && turn % 3)
			change_first(&c);
		else if (program == PROGRAMS - 1 || turn % 5)
			change_further(&c);
		if (turn % 2)
			handled_last = 0;
	}
	__atomic_store_n(&s->sk.__sk_common.skc_state, newstate, __ATOMIC_RELEASE);
}

/* --- the threads --- */

static void *softirq(void *arg)
{
	struct socket *group = arg;

	for (__u32 generation = 1; generation <= GENERATIONS; generation++) {
		for (int i = 0; i < SOCKETS; i++) {
			group[i].sk.sk_err = RESET;
			__atomic_store_n(&group[i].sk.__sk_common.skc_state, STATE_SYN_RECV,
					 __ATOMIC_RELEASE);
			__atomic_store_n(&group[i].generation, generation, __ATOMIC_RELEASE);
		}
		for (int i = 0; i < SOCKETS; i++)
			change(&group[i], STATE_ESTABLISHED);
		for (int i = 0; i < SOCKETS; i++) {
			group[i].known =
				__atomic_load_n(&group[i].accepted, __ATOMIC_ACQUIRE) == generation;
			change(&group[i], STATE_CLOSE);
		}
		/* The acceptor holds the socket until the hook has run. */
		for (int i = 0; i < SOCKETS; i++)
			while (__atomic_load_n(&group[i].accepted, __ATOMIC_ACQUIRE) != generation)
				sched_yield();
	}
	return NULL;
}

/* The pid that accepts this socket this time; all are different. */
static __u32 acceptor(__u32 index, __u32 generation)
{
	return generation * GROUPS * SOCKETS + index + 1;
}

static void *accepting(void *arg)
{
	struct socket *group = arg;
	const __u32 first = (__u32)(group - &sockets[0][0]);

	for (__u32 generation = 1; generation <= GENERATIONS; generation++)
		for (__u32 i = 0; i < SOCKETS; i++) {
			while (__atomic_load_n(&group[i].generation, __ATOMIC_ACQUIRE) !=
			       generation)
				sched_yield();
			running_pid = acceptor(first + i, generation);
			lifespan_accept(&group[i].sk);
			__atomic_store_n(&group[i].accepted, generation, __ATOMIC_RELEASE);
		}
	return NULL;
}

/* The owner must be the one that accepted it this time, or unknown if that was too late. */
static void check_record(const struct record *r)
{
	char comm[COMM_LEN] = {};
	__u32 generation, pid;
	bool owned;

	memcpy(&generation, r->raddr, sizeof(generation));
	pid = acceptor(r->rport, generation);
	snprintf(comm, sizeof(comm), "%u", pid);
	owned = r->owner == OWNER_ACCEPT && r->pid == pid && !memcmp(r->comm, comm, COMM_LEN);
	records_seen++;
	if (r->direction == DIRECTION_IN && r->sk_err == RESET && r->born_ns &&
	    (owned || (!r->owner && !r->pid && !r->lport)))
		return;
	if (wrong++ < 10)
		printf("wrong: socket %u, time %u: owner %u, pid %u and not %u, comm %.16s, "
		       "accepted before: %u\n",
		       r->rport, generation, r->owner, r->pid, pid, r->comm, r->lport);
}

static void *reading(void *arg)
{
	__u64 consumer = 0;

	for (;;) {
		const int last = __atomic_load_n(&over, __ATOMIC_ACQUIRE);

		while (__atomic_load_n(&slot_array[consumer & (SLOTS - 1)].number,
				       __ATOMIC_ACQUIRE) == consumer + 1) {
			check_record(&slot_array[consumer & (SLOTS - 1)].record);
			consumer++;
			__atomic_store_n(&slot_positions.consumer, consumer, __ATOMIC_SEQ_CST);
		}
		if (last)
			return arg;
		sched_yield();
	}
}

/*
 * The accept hook writes the owner while the session may end. A copy counts only if it was marked
 * as complete before (conn_copy()), which check_record() verifies. primary_take() may look at the
 * mark of an entry that the hook has just freed for another session.
 */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "race:owner_set\nrace:owner_accept\nrace:owner_fetch\nrace:accepted_claim\n"
	       "race:lifespan_accept\nrace:accepted_load\n";
}

/* A constant for the programs, as in the kernel. */
static void configure(void)
{
	const struct config config = {
		.primary_sets = SETS,
		.slot_count = SLOTS,
		.slot_limit = SLOTS - GROUPS * SLOTS_SPARE,
		.wakeup_bytes = 1U << 31,
		.known = KNOWN_STATE,
		.state_at_accept = 1,
		.abort_known = 1,
		.further = 1,
	};
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const __u64 at = (__u64)&settings & ~(page - 1);

	if (mprotect((void *)at, 2 * page, PROT_READ | PROT_WRITE))
		abort();
	memcpy(opaque((void *)(__u64)&settings), &config, sizeof(config));
}

/* Sockets older than tracing are counted when they close, whichever program handles that. */
static void close_older(void)
{
	for (int i = 0; i < SOCKETS; i++) {
		older[i].sk.__sk_common.skc_state = STATE_ESTABLISHED;
		change(&older[i], STATE_CLOSE);
	}
}

int main(void)
{
	const __u64 total = (__u64)GROUPS * SOCKETS * GENERATIONS;
	pthread_t threads[2 * GROUPS + 1];
	__u64 left = 0;

	configure();
	close_older();
	pthread_create(&threads[2 * GROUPS], NULL, reading, NULL);
	for (int i = 0; i < GROUPS; i++) {
		pthread_create(&threads[2 * i], NULL, softirq, sockets[i]);
		pthread_create(&threads[2 * i + 1], NULL, accepting, sockets[i]);
	}
	for (int i = 0; i < 2 * GROUPS; i++)
		pthread_join(threads[i], NULL);
	__atomic_store_n(&over, 1, __ATOMIC_RELEASE);
	pthread_join(threads[2 * GROUPS], NULL);
	for (int i = 0; i < SETS; i++)
		for (int way = 1; way <= PRIMARY_WAYS; way++)
			left += primary_sets[i].lines[0][way] != 0;
	printf("%llu of %llu sessions, %llu more found the buffer full, %llu wrong, %llu older; "
	       "left in the table: %llu, in the hash table: %u, overflow count: %llu\n",
	       records_seen, total, counts[LOSS_BUFFER], wrong, counts[LOSS_PREEXISTING], left,
	       hash_count(), overflow);
	return wrong || left || hash_count() || overflow ||
	       records_seen + counts[LOSS_BUFFER] != total || counts[LOSS_SESSIONS] ||
	       counts[LOSS_PREEXISTING] != SOCKETS || counts[LOSS_REPLACED];
}
