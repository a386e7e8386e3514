/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The offsets of the fields that we read in this kernel's structs. A layout comes from the kernel's
 * BTF, a BTF file or discovery. In each case libbpf gets it as a small BTF made from the layout, so
 * the same CO-RE programs load on every kernel.
 */
#ifndef TCPLIFE_LAYOUT_H
#define TCPLIFE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct btf;

/* X(identifier, struct, path in BTF, bytes): the fields needed by a hook or a record. */
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
	X(NETNS_INUM, "net", "ns.inum", 4)                     \
	X(COMM, "task_struct", "comm", 16)                     \
	X(LEADER, "task_struct", "group_leader", 8)

enum layout_field {
#define X(identifier, structure, path, bytes) FIELD_##identifier,
	LAYOUT_FIELDS(X)
#undef X
		LAYOUT_FIELD_COUNT,
};

/* What only BTF tells: what the typed hook reads directly, and what names a new cgroup. */
#define TYPED_FIELDS(X)                                \
	X(TGID, "task_struct", "tgid", 4)              \
	X(PARENT, "task_struct", "real_parent", 8)     \
	X(CLOCK, "tcp_sock", "tcp_clock_cache", 8)     \
	X(OWNED, "sock", "sk_lock.owned", 4)           \
	X(BACKLOG, "sock", "sk_backlog.len", 4)        \
	X(CGROUP_NODE, "cgroup", "kn", 8)              \
	X(CGROUP_ROOT, "cgroup", "root", 8)            \
	X(HIERARCHY, "cgroup_root", "hierarchy_id", 4) \
	X(NODE_ID, "kernfs_node", "id", 8)

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
	int offset[LAYOUT_FIELD_COUNT];	     /* bytes, or OFFSET_UNKNOWN */
	int typed_offset[TYPED_FIELD_COUNT]; /* bytes, or OFFSET_UNKNOWN */
	int protocol_bytes;		     /* size of sk_protocol: 1 before 5.6, else 2 */
	/* BTF ids of what programs attach to; 0: not there. */
	int tracepoint_id; /* the typedef for inet_sock_set_state */
	int accept_id;	   /* inet_csk_accept() */
	int accept_args;   /* its number of arguments */
	int destroy_id;	   /* the typedef for tcp_destroy_sock */
};

/* Makes everything unknown. */
void layout_init(struct layout *layout);
/*
 * Reads all known fields from a file with BTF; the rest stays unknown. path NULL: the kernel's own,
 * /sys/kernel/btf/vmlinux (5.2). Returns 0 or -errno.
 */
int layout_from_btf(struct layout *layout, const char *path);

/* Whether the offset is known. */
bool layout_has(const struct layout *layout, enum layout_field field);

/* The known fields as a mask: one bit per enum layout_field. */
uint64_t layout_known(const struct layout *layout);

/* Whether the fields of the current process are known; only BTF has them. */
bool layout_has_task(const struct layout *layout);
/* Whether the name of a thread's process can be read. */
bool layout_has_leader(const struct layout *layout);

/* Whether the parent of a process can be read; only BTF has that. */
bool layout_has_parent(const struct layout *layout);

/* Whether it is known when a socket last read the clock, and for whom (4.20); only BTF has that. */
bool layout_has_clock(const struct layout *layout);

/* Whether the id of a struct cgroup can be read; only BTF has that. */
bool layout_has_cgroup(const struct layout *layout);

/* Whether addresses, ports, family and state can be read, in the order of all known kernels. */
bool layout_has_tuple(const struct layout *layout);

/* Returns a name such as "tcp_sock.bytes_acked". */
const char *layout_field_name(enum layout_field field);
int layout_field_bytes(enum layout_field field);

/* Returns "kernel BTF", "the given BTF file", "discovered" or "none". */
const char *layout_source_name(enum layout_source source);

/*
 * Writes the small BTF for libbpf into a memory file. Unknown fields get offset 0, so that no
 * instruction is left unrelocated (4.4 to 4.13 crash on libbpf's replacement); readers must ignore
 * their values. Returns the descriptor, which the caller closes, or -errno.
 */
int layout_to_btf_file(const struct layout *layout);

#endif
