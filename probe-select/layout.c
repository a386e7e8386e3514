// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/btf.h>

static const struct {
	const char *structure;
	const char *path;
	int bytes;
} fields[] = {
#define X(identifier, structure, path, bytes) [FIELD_##identifier] = { structure, path, bytes },
	LAYOUT_FIELDS(X)
#undef X
};

static const struct {
	const char *name;
	int bytes;
} trace_fields[] = {
#define X(identifier, name, bytes) [TRACE_##identifier] = { name, bytes },
	TRACE_FIELDS(X)
#undef X
};

void layout_init(struct layout *layout)
{
	memset(layout, 0, sizeof(*layout));
	for (int i = 0; i < LAYOUT_FIELD_COUNT; i++)
		layout->offset[i] = OFFSET_UNKNOWN;
	for (int i = 0; i < TRACE_FIELD_COUNT; i++)
		layout->trace_offset[i] = OFFSET_UNKNOWN;
}

bool layout_has(const struct layout *layout, enum layout_field field)
{
	return layout->offset[field] != OFFSET_UNKNOWN;
}

bool layout_has_ends(const struct layout *layout)
{
	return layout_has(layout, FIELD_DADDR) && layout_has(layout, FIELD_RCV_SADDR) &&
	       layout_has(layout, FIELD_DPORT) && layout_has(layout, FIELD_NUM) &&
	       layout_has(layout, FIELD_FAMILY) && layout_has(layout, FIELD_STATE);
}

const char *layout_field_name(enum layout_field field)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s.%s", fields[field].structure, fields[field].path);
	return name;
}

int layout_field_bytes(enum layout_field field)
{
	return fields[field].bytes;
}

const char *layout_source_name(enum layout_source source)
{
	static const char *const names[] = {
		[LAYOUT_NONE] = "none",
		[LAYOUT_KERNEL_BTF] = "kernel BTF",
		[LAYOUT_FILE] = "the given BTF file",
		[LAYOUT_DISCOVERED] = "discovered",
	};

	return names[source];
}

/* Follows typedefs and qualifiers to the structure behind a member. */
static const struct btf_type *type_resolve(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t;
}

/* The offset in bytes of a member by its name, looked for in anonymous members, too. */
static int member_find(const struct btf *btf, const struct btf_type *t, const char *name, size_t length,
		       const struct btf_type **found)
{
	const struct btf_member *m;

	if (!t || !btf_is_composite(t))
		return OFFSET_UNKNOWN;
	m = btf_members(t);
	for (int i = 0; i < btf_vlen(t); i++, m++) {
		const char *own = btf__name_by_offset(btf, m->name_off);
		const struct btf_type *inner = type_resolve(btf, m->type);
		int at = (int)(btf_member_bit_offset(t, i) / 8);

		if (!own || !*own) {
			int within = member_find(btf, inner, name, length, found);

			if (within != OFFSET_UNKNOWN)
				return at + within;
		} else if (!strncmp(own, name, length) && !own[length]) {
			/* A bit field has no offset that a load could use (sk_protocol before 5.6). */
			if (btf_member_bitfield_size(t, i))
				return OFFSET_UNKNOWN;
			*found = inner;
			return at;
		}
	}
	return OFFSET_UNKNOWN;
}

static int path_find(const struct btf *btf, const struct btf_type *t, const char *path)
{
	int offset = 0;

	for (;;) {
		size_t length = strcspn(path, ".");
		int at = member_find(btf, t, path, length, &t);

		if (at == OFFSET_UNKNOWN)
			return OFFSET_UNKNOWN;
		offset += at;
		if (!path[length])
			return offset;
		path += length + 1;
	}
}

void layout_from_btf(struct layout *layout, const struct btf *btf, enum layout_source source)
{
	const struct btf_type *t = NULL;
	int id;

	layout->source = source;
	for (int i = 0; i < LAYOUT_FIELD_COUNT; i++) {
		/* The table names a structure's fields in a row, so that each is looked up once. */
		if (!i || strcmp(fields[i].structure, fields[i - 1].structure)) {
			id = btf__find_by_name_kind(btf, fields[i].structure, BTF_KIND_STRUCT);
			t = id > 0 ? btf__type_by_id(btf, id) : NULL;
		}
		if (t)
			layout->offset[i] = path_find(btf, t, fields[i].path);
	}
	id = btf__find_by_name_kind(btf, "inet_csk_accept", BTF_KIND_FUNC);
	if (id > 0) {
		const struct btf_type *function = btf__type_by_id(btf, id);

		layout->accept_args = btf_vlen(btf__type_by_id(btf, function->type));
	}
}

bool layout_read_format(struct layout *layout, const char *format)
{
	for (int i = 0; i < TRACE_FIELD_COUNT; i++) {
		size_t length = strlen(trace_fields[i].name);
		int offset = OFFSET_UNKNOWN, bytes = 0;

		/* A line reads: field:__u16 sport; offset:24; size:2; signed:0; */
		for (const char *line = format; line && *line; line = strchr(line, '\n')) {
			const char *end, *name, *at;

			line += *line == '\n';
			line += strspn(line, " \t");
			if (strncmp(line, "field:", 6) || !(end = strchr(line, ';')))
				continue;
			at = memchr(line, '[', (size_t)(end - line));
			name = (at ? at : end) - length;
			if (name <= line || strncmp(name, trace_fields[i].name, length) ||
			    (name[-1] != ' ' && name[-1] != '*'))
				continue;
			if (sscanf(end, "; offset:%d; size:%d;", &offset, &bytes) != 2)
				return false;
			break;
		}
		if (offset < 0 || offset > 512)
			return false;
		if (i == TRACE_PROTOCOL && (bytes == 1 || bytes == 2))
			layout->trace_protocol_bytes = bytes;
		else if (bytes != trace_fields[i].bytes)
			return false;
		layout->trace_offset[i] = offset;
	}
	return true;
}

/* The types that the members of the small BTF are made of. */
struct types {
	int u8, u16, u32, u64;
	int words; /* __u64[2] */
	int in6_addr;
	int ns_common;
	int net_pointer; /* possible_net_t, around a pointer to struct net */
};

static int type_of_bytes(const struct types *types, int bytes)
{
	return bytes == 1 ? types->u8 : bytes == 2 ? types->u16 : bytes == 4 ? types->u32 : types->u64;
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
	net = btf__add_fwd(btf, "net", BTF_FWD_STRUCT);
	net = btf__add_ptr(btf, net);
	types->net_pointer = btf__add_struct(btf, NULL, 8);
	btf__add_field(btf, "net", net, 0, 0);
	types->net_pointer = btf__add_typedef(btf, "possible_net_t", types->net_pointer);
}

static void add_field(struct btf *btf, const struct layout *layout, const struct types *types,
		      enum layout_field field)
{
	int offset = layout_has(layout, field) ? layout->offset[field] : 0;
	int type = type_of_bytes(types, fields[field].bytes);
	const char *name = fields[field].path;

	if (field == FIELD_V6_DADDR || field == FIELD_V6_RCV_SADDR) {
		type = types->in6_addr;
	} else if (field == FIELD_NET) {
		type = types->net_pointer;
	} else if (field == FIELD_NETNS_INUM) {
		type = types->ns_common;
		name = "ns";
	}
	btf__add_field(btf, name, type, (__u32)offset * 8, 0);
}

/* One structure of the layout; parent: the structure that it begins with, named as in the kernel. */
static int add_struct(struct btf *btf, const struct layout *layout, const struct types *types,
		      const char *structure, const char *parent_name, int parent)
{
	int id = btf__add_struct(btf, structure, 8192);

	if (parent)
		btf__add_field(btf, parent_name, parent, 0, 0);
	for (int i = 0; i < LAYOUT_FIELD_COUNT; i++)
		if (!strcmp(fields[i].structure, structure))
			add_field(btf, layout, types, (enum layout_field)i);
	return id;
}

static void add_trace_record(struct btf *btf, const struct layout *layout, const struct types *types)
{
	btf__add_struct(btf, "trace_event_raw_inet_sock_set_state", 8192);
	for (int i = 0; i < TRACE_FIELD_COUNT; i++) {
		int offset = layout->trace_offset[i] == OFFSET_UNKNOWN ? 0 : layout->trace_offset[i];
		int bytes = i == TRACE_PROTOCOL && layout->trace_protocol_bytes ?
				    layout->trace_protocol_bytes :
				    trace_fields[i].bytes;

		btf__add_field(btf, trace_fields[i].name,
			       bytes == 16 ? types->words : type_of_bytes(types, bytes), (__u32)offset * 8, 0);
	}
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
	add_trace_record(btf, layout, &types);
	raw = btf__raw_data(btf, &size);
	if (!raw)
		goto out;
	fd = memfd_create("tcplife-layout", MFD_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	else if (write(fd, raw, size) != (ssize_t)size) {
		close(fd);
		fd = -EIO;
	}
out:
	btf__free(btf);
	return fd;
}
