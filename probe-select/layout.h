/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the fields that we read stand in this kernel's structures. Three sources fill a layout: the
 * kernel's BTF, a BTF file, or discovery; whichever it was, libbpf gets it as one small BTF that is
 * made from the layout, so the same CO-RE programs load on every kernel.
 */
#ifndef TCPLIFE_LAYOUT_H
#define TCPLIFE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct btf;

/* X(identifier, structure, path in BTF, bytes): the fields that a hook or a record needs. */
#define LAYOUT_FIELDS(X)                                       \
	X(DADDR, "sock_common", "skc_daddr", 4)                \
	X(RCV_SADDR, "sock_common", "skc_rcv_saddr", 4)        \
	X(DPORT, "sock_common", "skc_dport", 2)                \
	X(NUM, "sock_common", "skc_num", 2)                    \
	X(FAMILY, "sock_common", "skc_family", 2)              \
	X(STATE, "sock_common", "skc_state", 1)                \
	X(NET, "sock_common", "skc_net", 8)                    \
	X(V6_DADDR, "sock_common", "skc_v6_daddr", 16)         \
	X(V6_RCV_SADDR, "sock_common", "skc_v6_rcv_saddr", 16) \
	X(BOUND_IF, "sock_common", "skc_bound_dev_if", 4)      \
	X(HASH, "sock_common", "skc_hash", 4)                  \
	X(SK_FLAGS, "sock_common", "skc_flags", 8)             \
	X(PROTOCOL, "sock", "sk_protocol", 2)                  \
	X(SK_ERR, "sock", "sk_err", 4)                         \
	X(SK_ERR_SOFT, "sock", "sk_err_soft", 4)               \
	X(ERROR_QUEUE, "sock", "sk_error_queue", 8)            \
	X(SPORT, "inet_sock", "inet_sport", 2)                 \
	X(BYTES_RECEIVED, "tcp_sock", "bytes_received", 8)     \
	X(BYTES_ACKED, "tcp_sock", "bytes_acked", 8)           \
	X(SRTT, "tcp_sock", "srtt_us", 4)                      \
	X(TOTAL_RETRANS, "tcp_sock", "total_retrans", 4)       \
	X(LINGER2, "tcp_sock", "linger2", 4)                   \
	X(SKB_CB, "sk_buff", "cb", 8)                          \
	X(EXTERR_EE, "sock_exterr_skb", "ee", 8)               \
	X(NETNS_INUM, "net", "ns.inum", 4)

enum layout_field {
#define X(identifier, structure, path, bytes) FIELD_##identifier,
	LAYOUT_FIELDS(X)
#undef X
		LAYOUT_FIELD_COUNT,
};

/* What the typed hook reads at once, where the others ask the kernel. */
#define TYPED_FIELDS(X)                             \
	X(TGID, "task_struct", "tgid", 4)           \
	X(COMM, "task_struct", "comm", 16)          \
	X(LEADER, "task_struct", "group_leader", 8) \
	X(CLOCK, "tcp_sock", "tcp_clock_cache", 8)  \
	X(OWNED, "sock", "sk_lock.owned", 4)        \
	X(BACKLOG, "sock", "sk_backlog.len", 4)

enum typed_field {
#define X(identifier, structure, path, bytes) TYPED_##identifier,
	TYPED_FIELDS(X)
#undef X
		TYPED_FIELD_COUNT,
};

enum layout_source {
	LAYOUT_NONE,
	LAYOUT_KERNEL_BTF,
	LAYOUT_FILE,
	LAYOUT_DISCOVERED,
};

#define OFFSET_UNKNOWN (-1)

struct layout {
	enum layout_source source;
	int offset[LAYOUT_FIELD_COUNT];	     /* bytes; OFFSET_UNKNOWN */
	int typed_offset[TYPED_FIELD_COUNT]; /* bytes; OFFSET_UNKNOWN */
	int protocol_bytes;		     /* of sk_protocol: 1 before 5.6, then 2 */
	/* What programs attach to, by its id in the BTF; 0: it is not there. */
	int tracepoint_id; /* of the typedef that stands for inet_sock_set_state */
	int accept_id;	   /* of inet_csk_accept() */
	int accept_args;   /* how many arguments that has */
	int destroy_id;	   /* of the typedef that stands for tcp_destroy_sock */
};

/* Everything unknown. */
void layout_init(struct layout *layout);
/*
 * Reads all that a file in BTF format knows; fields that it does not have stay unknown. NULL is the
 * kernel's own, /sys/kernel/btf/vmlinux (5.2). Returns 0 or -errno.
 */
int layout_from_btf(struct layout *layout, const char *path);

/* True if the offset is known. */
bool layout_has(const struct layout *layout, enum layout_field field);

/* The fields whose offsets are known, a bit of enum layout_field each. */
uint64_t layout_known(const struct layout *layout);

/* True if all of the process that is running is known; only BTF tells. */
bool layout_has_task(const struct layout *layout);
/* True if the name of a thread's process is known. */
bool layout_has_leader(const struct layout *layout);

/* True if it is known when a socket last read the clock, and for whom (4.20); only BTF tells. */
bool layout_has_clock(const struct layout *layout);

/* True if addresses, ports, family and state can be read. */
bool layout_has_ends(const struct layout *layout);

/* "tcp_sock.bytes_acked". */
const char *layout_field_name(enum layout_field field);
int layout_field_bytes(enum layout_field field);

/* "kernel BTF", "the given BTF file", "discovered", "none". */
const char *layout_source_name(enum layout_source source);

/*
 * Makes the small BTF and puts it in a memory file for libbpf. Fields that are unknown stand at
 * offset 0, so that no instruction is left unrelocated (4.4 to 4.13 crash on what libbpf puts in
 * its place): who reads them must ignore what they say. Returns the file, which the caller closes,
 * or -errno.
 */
int layout_to_btf_file(const struct layout *layout);

#endif
