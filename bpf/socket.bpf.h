/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads sockets. A typed hook (HOOK_TYPED) has a pointer that the verifier knows, and loads from
 * it; the others copy each field.
 */
#ifndef TCPLIFE_SOCKET_BPF_H
#define TCPLIFE_SOCKET_BPF_H

#include "maps.bpf.h"

static __always_inline bool is_known(const volatile struct config *config, __u32 fields)
{
	return (config->known & fields) == fields;
}

#ifdef HOOK_TYPED
#define LOAD(pointer, field) ((pointer)->field)
#define LOAD_AT(bytes, i)    ((bytes)[i])
#define tcp_of(sk)	     bpf_skc_to_tcp_sock(sk)
#else
#define LOAD(pointer, field)                                             \
	({                                                               \
		typeof((pointer)->field) value_ = 0;                     \
		read_kernel(&value_, sizeof(value_), &(pointer)->field); \
		value_;                                                  \
	})
#define LOAD_AT(bytes, i)                                        \
	({                                                       \
		typeof(*(bytes)) byte_ = 0;                      \
		read_kernel(&byte_, sizeof(byte_), &(bytes)[i]); \
		byte_;                                           \
	})
#define tcp_of(sk) ((struct tcp_sock *)(sk))
#endif

/* The prefix of ::ffff:a.b.c.d in memory order. */
#define MAPPED_PREFIX net32(0xffff)

union address {
	__u64 words[2];
	__u32 quads[4];
};

static __always_inline void address_map(union address *a, __be32 v4)
{
	a->words[0] = 0;
	a->quads[2] = MAPPED_PREFIX;
	a->quads[3] = v4;
}

static __always_inline bool address_is_v4(const union address *a)
{
	return !a->words[0] && a->quads[2] == MAPPED_PREFIX;
}

/*
 * The beginning of struct sock_common from skc_daddr on, which is the same on all kernels
 * (layout_has_tuple() checks that). Reading it in one piece saves calls.
 */
struct socket_start {
	__be32 daddr;
	__be32 rcv_saddr;
	__u32 hash;
	__be16 dport;
	__u16 num; /* host order */
	__u16 family;
	__u8 state;
	__u8 reuse;
};

static __always_inline void socket_read_start(struct sock *sk, struct socket_start *start)
{
#ifdef HOOK_TYPED
	start->daddr = sk->__sk_common.skc_daddr;
	start->rcv_saddr = sk->__sk_common.skc_rcv_saddr;
	start->dport = sk->__sk_common.skc_dport;
	start->num = sk->__sk_common.skc_num;
	start->family = sk->__sk_common.skc_family;
#else
	__builtin_memset(start, 0, sizeof(*start));
	read_kernel(start, sizeof(*start), &sk->__sk_common.skc_daddr);
#endif
}

/* Reads both addresses and both ports. The local port is 0 if the socket has given it back. */
static __always_inline void socket_read_tuple(struct sock *sk, struct record *r)
{
	union address *local = (void *)r->laddr, *remote = (void *)r->raddr;
	struct socket_start start;

	socket_read_start(sk, &start);
	r->lport = start.num;
	r->rport = net16(start.dport);
	if (start.family == AF_INET) {
		address_map(local, start.rcv_saddr);
		address_map(remote, start.daddr);
	} else {
		read_kernel(r->laddr, sizeof(r->laddr), &sk->__sk_common.skc_v6_rcv_saddr);
		read_kernel(r->raddr, sizeof(r->raddr), &sk->__sk_common.skc_v6_daddr);
	}
}

/* The tracepoint also fires for SCTP, DCCP and MPTCP. */
static __always_inline bool socket_is_tcp(struct sock *sk)
{
#ifdef HOOK_TYPED
	return sk->sk_protocol == IPPROTO_TCP;
#else
	const volatile struct config *config = config_get();
	__u16 protocol;

	if (!config)
		return false;
	protocol = LOAD(sk, sk_protocol);
	/* Before 5.6 only the first of the two bytes is the protocol's. */
	if (ORDER_IS_BIG && config->protocol_mask == 0xff)
		protocol >>= 8;
	return (protocol & config->protocol_mask) == (IPPROTO_TCP & config->protocol_mask);
#endif
}

static __always_inline bool address_is_link_local(const __u8 *bytes)
{
	return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

/* The interface of a link-local address in r. The kernel binds such sockets to their interface. */
static __always_inline __u32 socket_scope(const volatile struct config *config, struct sock *sk,
					  const struct record *r)
{
	if (!is_known(config, KNOWN_SCOPE) ||
	    (!address_is_link_local(r->laddr) && !address_is_link_local(r->raddr)))
		return 0;
	return LOAD(sk, __sk_common.skc_bound_dev_if);
}

/* In host order. Known once the session is established, until the port is released. */
static __always_inline __u16 socket_local_port(struct sock *sk)
{
	return LOAD(sk, __sk_common.skc_num);
}

static __always_inline __u16 socket_remote_port(struct sock *sk)
{
	return net16(LOAD(sk, __sk_common.skc_dport));
}

static __always_inline __u32 socket_netns(struct sock *sk)
{
	struct net *net = LOAD(sk, __sk_common.skc_net.net);

	return LOAD(net, ns.inum);
}

#endif
