/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The few kernel structs that we read. Only names and types of members matter: CO-RE replaces every
 * offset on loading by that of the running kernel (probe-select/layout.h lists the same fields).
 */
#ifndef TCPLIFE_KERNEL_BPF_H
#define TCPLIFE_KERNEL_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include "order.h"
#include "record.h"

/* The tests also compile this for their own machine (tests/race). */
#ifdef __bpf__
#define CORE __attribute__((preserve_access_index))
#else
#define CORE
#endif

struct in6_addr {
	__u64 words[2];
} CORE;

struct ns_common {
	unsigned int inum;
} CORE;

struct net {
	struct ns_common ns;
} CORE;

typedef struct {
	struct net *net;
} CORE possible_net_t;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__u32 skc_hash;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	unsigned char skc_state;
	int skc_bound_dev_if;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	unsigned long skc_flags;
} CORE;

struct sock {
	struct sock_common __sk_common;
	struct {
		int owned;
	} CORE sk_lock;
	struct {
		int len;
	} CORE sk_backlog;
	__u16 sk_protocol;
	int sk_err;
	int sk_err_soft;
	__u64 sk_error_queue; /* struct sk_buff_head: two pointers and a length */
} CORE;

struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
} CORE;

struct tcp_sock {
	__u64 bytes_acked;
	__u64 bytes_received;
	__u64 tcp_clock_cache;
	__u32 srtt_us;
	__u32 total_retrans;
	int linger2;
} CORE;

struct sk_buff {
	__u64 cb;
} CORE;

/* The contents of cb for a message in the error queue. */
struct sock_exterr_skb {
	__u64 ee; /* start of struct sock_extended_err: errno, origin */
} CORE;

struct task_struct {
	__u32 tgid;
	__u64 comm[COMM_LEN / 8];
	__u64 group_leader; /* pointer to the main thread of the process */
	__u64 real_parent;  /* to a thread of its parent; a debugger does not become that */
} CORE;

#define AF_INET	    2
#define AF_INET6    10
#define IPPROTO_TCP 6

/*
 * Reads kernel memory. 4.4 has bpf_probe_read(), which 5.5 split in two. Where kernel and user
 * addresses overlap (s390x), newer kernels have only the two; on older ones libbpf replaces them.
 */
#if defined(BUFFER_RING) || !(defined(__TARGET_ARCH_x86) || defined(__TARGET_ARCH_arm64))
#define read_kernel bpf_probe_read_kernel
#else
#define read_kernel bpf_probe_read
#endif

/*
 * Hides the value from the compiler. The verifier needs to see a NULL test before any arithmetic on
 * a pointer, and a mask right before an index is used. Optimizers, which know more, move the former
 * and drop the latter (clang 15, 17). So apply this to a pointer after its test, and to an index
 * before its mask.
 */
#define opaque(value)                            \
	({                                       \
		typeof(value) value_ = (value);  \
		asm volatile("" : "+r"(value_)); \
		value_;                          \
	})

/*
 * Returns the pointer, through which nothing is loaded before the value was. CPUs other than x86
 * and s390x reorder loads, unless the second address depends on the first value. By AND and not by
 * XOR, of which the verifier does not know that nothing is left.
 */
#if defined(__bpf__) && !(defined(__TARGET_ARCH_x86) || defined(__TARGET_ARCH_s390))
#define loaded_before(pointer, value)                                                         \
	({                                                                                    \
		typeof(pointer) pointer_ = (pointer);                                         \
		__u64 nothing_ = (value);                                                     \
		asm volatile("%1 &= 0\n%0 += %1" : "+r"(pointer_), "+r"(nothing_)::"memory"); \
		pointer_;                                                                     \
	})
#else
#define loaded_before(pointer, value)                     \
	({                                                \
		asm volatile("" ::"r"(value) : "memory"); \
		pointer;                                  \
	})
#endif

/* Loads a word that other CPUs write. */
#ifndef word_load
#define word_load(pointer)   (*(const volatile __u64 *)(pointer))
#define word32_load(pointer) (*(const volatile __u32 *)(pointer))
#endif

/*
 * Adds to a counter that several CPUs share. Since clang 20, __sync_fetch_and_add() always fetches,
 * for which BPF has no instruction before 5.12.
 */
static __always_inline void count_add(__u64 *count, __u64 change)
{
#ifdef __bpf__
	asm volatile("lock *(u64 *)(%0 + 0) += %1" ::"r"(count), "r"(change) : "memory");
#else
	__sync_fetch_and_add(count, change);
#endif
}

#endif
