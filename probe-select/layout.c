// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "btf_view.h"
#include "layout_members.h"

#define STEPS_MOST 8192 /* per member; a kernel's own BTF takes a few hundred */

const struct layout_member layout_members[LAYOUT_MEMBERS] = {
#define X(identifier, structure, path, bytes)            \
	[FIELD_##identifier] = { structure, path, bytes, \
				 offsetof(struct layout, offset[FIELD_##identifier]) },
	LAYOUT_FIELDS(X)
#undef X
#define X(identifier, structure, path, bytes)           \
	[LAYOUT_FIELD_COUNT + TYPED_##                  \
		identifier] = { structure, path, bytes, \
				offsetof(struct layout, typed_offset[TYPED_##identifier]) },
		TYPED_FIELDS(X)
#undef X
};

static void offset_set(struct layout *layout, const struct layout_member *member, int offset)
{
	memcpy((char *)layout + member->at, &offset, sizeof(offset));
}

int layout_member_offset(const struct layout *layout, const struct layout_member *member)
{
	int offset;

	memcpy(&offset, (const char *)layout + member->at, sizeof(offset));
	return offset;
}

void layout_init(struct layout *layout)
{
	memset(layout, 0, sizeof(*layout));
	for (size_t i = 0; i < LAYOUT_MEMBERS; i++)
		offset_set(layout, &layout_members[i], OFFSET_UNKNOWN);
}

bool layout_has(const struct layout *layout, enum layout_field field)
{
	return layout->offset[field] != OFFSET_UNKNOWN;
}

uint64_t layout_known(const struct layout *layout)
{
	uint64_t known = 0;

	for (int i = 0; i < LAYOUT_FIELD_COUNT; i++)
		if (layout->offset[i] != OFFSET_UNKNOWN)
			known |= UINT64_C(1) << i;
	return known;
}

static bool has_typed(const struct layout *layout, enum typed_field field)
{
	return layout->typed_offset[field] != OFFSET_UNKNOWN;
}

bool layout_has_task(const struct layout *layout)
{
	return has_typed(layout, TYPED_TGID) && layout_has_leader(layout);
}

bool layout_has_leader(const struct layout *layout)
{
	return layout_has(layout, FIELD_COMM) && layout_has(layout, FIELD_LEADER);
}

bool layout_has_clock(const struct layout *layout)
{
	return has_typed(layout, TYPED_CLOCK) && has_typed(layout, TYPED_OWNED) &&
	       has_typed(layout, TYPED_BACKLOG);
}

bool layout_has_parent(const struct layout *layout)
{
	return has_typed(layout, TYPED_TGID) && has_typed(layout, TYPED_PARENT);
}

bool layout_has_cgroup(const struct layout *layout)
{
	return has_typed(layout, TYPED_CGROUP_NODE) && has_typed(layout, TYPED_CGROUP_ROOT) &&
	       has_typed(layout, TYPED_HIERARCHY) && has_typed(layout, TYPED_NODE_ID);
}

bool layout_has_tuple(const struct layout *layout)
{
	const int *offset = layout->offset;
	const int start = offset[FIELD_DADDR];

	/* The kernel compares addresses and ports as pairs, so this order is fixed. */
	return layout_has(layout, FIELD_DADDR) && offset[FIELD_RCV_SADDR] == start + 4 &&
	       offset[FIELD_DPORT] == start + 12 && offset[FIELD_NUM] == start + 14 &&
	       offset[FIELD_FAMILY] == start + 16 && offset[FIELD_STATE] == start + 18;
}

const char *layout_field_name(enum layout_field field)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s.%s", layout_members[field].structure,
		 layout_members[field].path);
	return name;
}

int layout_field_bytes(enum layout_field field)
{
	return layout_members[field].bytes;
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

/* The search for one member. */
struct search {
	const struct btf_view *btf;
	const char *name; /* not NUL-terminated */
	size_t length;
	const struct btf_type *found; /* type of the member */
	int bits;		      /* width of a bit field, else 0 */
	unsigned steps;		      /* steps left: the types of a corrupt file may form cycles */
};

/* Follows typedefs and qualifiers to the struct behind a member. */
static const struct btf_type *type_resolve(struct search *s, __u32 id)
{
	const struct btf_type *t = btf_view_type(s->btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t))) {
		if (!s->steps)
			return NULL;
		s->steps--;
		t = btf_view_type(s->btf, t->type);
	}
	return t;
}

/* Returns the offset of a member in bytes; also looks into anonymous members. */
static int member_find(struct search *s, const struct btf_type *t)
{
	const struct btf_member *m;

	if (!t || !btf_is_composite(t))
		return OFFSET_UNKNOWN;
	m = btf_members(t);
	for (int i = 0; i < btf_vlen(t) && s->steps; i++, m++) {
		const char *own = btf_view_string(s->btf, m->name_off);
		const struct btf_type *inner = type_resolve(s, m->type);
		int at = (int)(btf_member_bit_offset(t, i) / 8);

		s->steps -= s->steps > 0;
		if (at > LAYOUT_STRUCTURE_BYTES)
			continue;
		if (!*own) {
			int within = member_find(s, inner);

			if (within != OFFSET_UNKNOWN)
				return at + within;
		} else if (!strncmp(own, s->name, s->length) && !own[s->length]) {
			s->found = inner;
			s->bits = (int)btf_member_bitfield_size(t, i);
			return at;
		}
	}
	return OFFSET_UNKNOWN;
}

/* *bits is set to the width of a bit field, or to 0. */
static int path_find(const struct btf_view *btf, const struct btf_type *t, const char *path,
		     int bytes, int *bits)
{
	struct search s = { .btf = btf, .found = t, .steps = STEPS_MOST };
	int offset = 0;

	*bits = 0;
	for (;;) {
		int at;

		s.name = path;
		s.length = strcspn(path, ".");
		at = member_find(&s, s.found);
		if (at == OFFSET_UNKNOWN)
			return OFFSET_UNKNOWN;
		offset += at;
		if (!path[s.length])
			break;
		path += s.length + 1;
	}
	*bits = s.bits;
	return offset + bytes <= LAYOUT_STRUCTURE_BYTES ? offset : OFFSET_UNKNOWN;
}

/* The types wanted from a BTF. All are found in one pass over some 150,000 types. */
enum wanted {
	WANTED_SOCK_COMMON,
	WANTED_SOCK,
	WANTED_INET_SOCK,
	WANTED_TCP_SOCK,
	WANTED_NET,
	WANTED_SKB,
	WANTED_EXTERR,
	WANTED_TASK,
	WANTED_CGROUP,
	WANTED_CGROUP_ROOT,
	WANTED_NODE,
	WANTED_STRUCTURES,
	WANTED_TRACEPOINT = WANTED_STRUCTURES,
	WANTED_ACCEPT,
	WANTED_DESTROY,
	WANTED,
};

static const struct {
	const char *name;
	int kind;
} wanted[WANTED] = {
	[WANTED_SOCK_COMMON] = { "sock_common", BTF_KIND_STRUCT },
	[WANTED_SOCK] = { "sock", BTF_KIND_STRUCT },
	[WANTED_INET_SOCK] = { "inet_sock", BTF_KIND_STRUCT },
	[WANTED_TCP_SOCK] = { "tcp_sock", BTF_KIND_STRUCT },
	[WANTED_NET] = { "net", BTF_KIND_STRUCT },
	[WANTED_SKB] = { "sk_buff", BTF_KIND_STRUCT },
	[WANTED_EXTERR] = { "sock_exterr_skb", BTF_KIND_STRUCT },
	[WANTED_TASK] = { "task_struct", BTF_KIND_STRUCT },
	[WANTED_CGROUP] = { "cgroup", BTF_KIND_STRUCT },
	[WANTED_CGROUP_ROOT] = { "cgroup_root", BTF_KIND_STRUCT },
	[WANTED_NODE] = { "kernfs_node", BTF_KIND_STRUCT },
	[WANTED_TRACEPOINT] = { "btf_trace_inet_sock_set_state", BTF_KIND_TYPEDEF },
	[WANTED_DESTROY] = { "btf_trace_tcp_destroy_sock", BTF_KIND_TYPEDEF },
	[WANTED_ACCEPT] = { "inet_csk_accept", BTF_KIND_FUNC },
};

static void find_wanted(const struct btf_view *btf, __u32 ids[WANTED])
{
	const __u32 count = btf_view_count(btf);

	memset(ids, 0, WANTED * sizeof(*ids));
	for (__u32 id = 1; id < count; id++) {
		const struct btf_type *t = btf_view_type(btf, id);
		const int kind = btf_kind(t);
		const char *name;

		if (kind != BTF_KIND_STRUCT && kind != BTF_KIND_TYPEDEF && kind != BTF_KIND_FUNC)
			continue;
		name = btf_view_string(btf, t->name_off);
		for (int i = 0; i < WANTED; i++)
			if (!ids[i] && kind == wanted[i].kind && !strcmp(name, wanted[i].name))
				ids[i] = id;
	}
}

/* Returns the member's offset. ids: the wanted structs; one that was not found has no members. */
static int field_find(const struct btf_view *btf, const __u32 ids[WANTED],
		      const struct layout_member *member, int *bits)
{
	for (int i = 0; i < WANTED_STRUCTURES; i++)
		if (ids[i] && !strcmp(member->structure, wanted[i].name))
			return path_find(btf, btf_view_type(btf, ids[i]), member->path,
					 member->bytes, bits);
	return OFFSET_UNKNOWN;
}

/* The only bit field that fills a whole byte is sk_protocol before 5.6. */
static void read_fields(struct layout *layout, const struct btf_view *btf, const __u32 ids[WANTED])
{
	int bits = 0;

	for (size_t i = 0; i < LAYOUT_MEMBERS; i++) {
		int offset = field_find(btf, ids, &layout_members[i], &bits);

		if (bits && (i != FIELD_PROTOCOL || bits != 8))
			offset = OFFSET_UNKNOWN;
		if (i == FIELD_PROTOCOL)
			layout->protocol_bytes = bits ? 1 : 2;
		offset_set(layout, &layout_members[i], offset);
	}
}

static void read_functions(struct layout *layout, const struct btf_view *btf,
			   const __u32 ids[WANTED])
{
	const struct btf_type *accept = btf_view_type(btf, ids[WANTED_ACCEPT]);

	layout->tracepoint_id = (int)ids[WANTED_TRACEPOINT];
	layout->destroy_id = (int)ids[WANTED_DESTROY];
	layout->accept_id = (int)ids[WANTED_ACCEPT];
	if (layout->accept_id)
		layout->accept_args = btf_vlen(btf_view_type(btf, accept->type));
}

int layout_from_btf(struct layout *layout, const char *path)
{
	struct btf_view *btf = btf_view_new(path);
	__u32 ids[WANTED];

	if (!btf)
		return -errno;
	layout->source = path ? LAYOUT_FILE : LAYOUT_KERNEL_BTF;
	find_wanted(btf, ids);
	read_fields(layout, btf, ids);
	read_functions(layout, btf, ids);
	btf_view_free(btf);
	return 0;
}
