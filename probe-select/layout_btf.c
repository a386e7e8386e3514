// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Makes the small BTF for libbpf from a layout. */
#include "layout.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "layout_members.h"

/* Ids of the types of members. */
struct types {
	int u8, u16, u32, u64;
	int words; /* __u64[2] */
	int in6_addr;
	int ns_common;
	int lock, backlog; /* in struct sock */
	int net_pointer;   /* possible_net_t, which contains a pointer to struct net */
};

static int type_of_bytes(const struct types *types, int bytes)
{
	return bytes == 1    ? types->u8
	       : bytes == 2  ? types->u16
	       : bytes == 4  ? types->u32
	       : bytes == 16 ? types->words
			     : types->u64;
}

static int add_integer(struct btf *btf, const char *name, int bytes)
{
	return btf__add_int(btf, name, (size_t)bytes, 0);
}

static void add_types(struct btf *btf, struct types *types)
{
	int net;

	types->u8 = add_integer(btf, "unsigned char", 1);
	types->u16 = add_integer(btf, "unsigned short", 2);
	types->u32 = add_integer(btf, "unsigned int", 4);
	types->u64 = add_integer(btf, "unsigned long", 8);
	types->words = btf__add_array(btf, types->u32, types->u64, 2);
	types->in6_addr = btf__add_struct(btf, "in6_addr", 16);
	btf__add_field(btf, "words", types->words, 0, 0);
	types->ns_common = btf__add_struct(btf, "ns_common", 4);
	btf__add_field(btf, "inum", types->u32, 0, 0);
	types->lock = btf__add_struct(btf, NULL, 4);
	btf__add_field(btf, "owned", types->u32, 0, 0);
	types->backlog = btf__add_struct(btf, NULL, 4);
	btf__add_field(btf, "len", types->u32, 0, 0);
	net = btf__add_fwd(btf, "net", BTF_FWD_STRUCT);
	net = btf__add_ptr(btf, net);
	types->net_pointer = btf__add_struct(btf, NULL, 8);
	btf__add_field(btf, "net", net, 0, 0);
	types->net_pointer = btf__add_typedef(btf, "possible_net_t", types->net_pointer);
}

/* offset: in bytes, or OFFSET_UNKNOWN. */
static void add_field(struct btf *btf, const char *name, int type, int offset)
{
	btf__add_field(btf, name, type, offset == OFFSET_UNKNOWN ? 0 : (__u32)offset * 8, 0);
}

/* Nested members and pointers get the types that they have in the kernel. */
static void add_member(struct btf *btf, const struct layout *layout, const struct types *types,
		       const struct layout_member *member)
{
	const struct {
		const struct layout_member *member;
		const char *name; /* name of the outer member */
		int type;
	} special[] = {
		{ &layout_members[FIELD_V6_DADDR], "skc_v6_daddr", types->in6_addr },
		{ &layout_members[FIELD_V6_RCV_SADDR], "skc_v6_rcv_saddr", types->in6_addr },
		{ &layout_members[FIELD_NET], "skc_net", types->net_pointer },
		{ &layout_members[FIELD_NETNS_INUM], "ns", types->ns_common },
		{ &layout_members[LAYOUT_FIELD_COUNT + TYPED_OWNED], "sk_lock", types->lock },
		{ &layout_members[LAYOUT_FIELD_COUNT + TYPED_BACKLOG], "sk_backlog",
		  types->backlog },
	};
	int type = type_of_bytes(types, member->bytes);
	const char *name = member->path;

	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++) {
		if (special[i].member == member) {
			name = special[i].name;
			type = special[i].type;
		}
	}
	add_field(btf, name, type, layout_member_offset(layout, member));
}

/*
 * Adds a struct of the layout. parent: the type of its first member, with the kernel's name; 0:
 * none.
 */
static int add_struct(struct btf *btf, const struct layout *layout, const struct types *types,
		      const char *structure, const char *parent_name, int parent)
{
	int id = btf__add_struct(btf, structure, LAYOUT_STRUCTURE_BYTES);

	if (parent)
		btf__add_field(btf, parent_name, parent, 0, 0);
	for (size_t i = 0; i < LAYOUT_MEMBERS; i++)
		if (!strcmp(layout_members[i].structure, structure))
			add_member(btf, layout, types, &layout_members[i]);
	return id;
}

/*
 * Returns a memory file with these bytes, or -errno. The limit on file sizes (RLIMIT_FSIZE)
 * applies.
 */
static int memory_file(const char *bytes, size_t size)
{
	const int fd = memfd_create("tcplife-layout", MFD_CLOEXEC);
	int error = fd < 0 ? -errno : 0;

	while (!error && size) {
		const ssize_t written = write(fd, bytes, size);

		if (written <= 0) {
			error = written ? -errno : -EIO;
			break;
		}
		bytes += written;
		size -= (size_t)written;
	}
	if (!error)
		return fd;
	if (fd >= 0)
		close(fd);
	return error;
}

int layout_to_btf_file(const struct layout *layout)
{
	struct btf *btf = btf__new_empty();
	struct types types;
	const void *raw;
	__u32 size;
	int common, sock, fd = -ENOMEM;

	if (!btf)
		return -errno;
	add_types(btf, &types);
	common = add_struct(btf, layout, &types, "sock_common", NULL, 0);
	sock = add_struct(btf, layout, &types, "sock", "__sk_common", common);
	add_struct(btf, layout, &types, "inet_sock", "sk", sock);
	add_struct(btf, layout, &types, "tcp_sock", NULL, 0);
	add_struct(btf, layout, &types, "net", NULL, 0);
	add_struct(btf, layout, &types, "sk_buff", NULL, 0);
	add_struct(btf, layout, &types, "sock_exterr_skb", NULL, 0);
	add_struct(btf, layout, &types, "task_struct", NULL, 0);
	add_struct(btf, layout, &types, "cgroup", NULL, 0);
	add_struct(btf, layout, &types, "cgroup_root", NULL, 0);
	add_struct(btf, layout, &types, "kernfs_node", NULL, 0);
	raw = btf__raw_data(btf, &size);
	if (!raw)
		goto out;
	fd = memory_file(raw, size);
out:
	btf__free(btf);
	return fd;
}
