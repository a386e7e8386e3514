// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "btf_view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/btf.h>

#define KERNEL_BTF	"/sys/kernel/btf/vmlinux"
#define FILE_BYTES_MOST (1 << 30) /* larger than any kernel's BTF, debug options included */

/* How newer BTF describes its kinds, indexed by kind: the size of the data after each type. */
struct kind_layout {
	__u8 once; /* bytes */
	__u8 each; /* bytes, for each of btf_vlen() elements */
	__u16 flags;
};

/* The additional members of a newer header. */
struct header_more {
	__u32 layout_off, layout_len; /* like type_off and type_len */
};

struct btf_view {
	const char *types;
	const char *strings;
	__u32 strings_length;
	const struct kind_layout *layouts; /* of `kinds` kinds, if this BTF has them */
	__u32 kinds;
	__u32 *offsets; /* of the types, relative to the first */
	__u32 count;
	/* The memory behind the pointers: one of these two. */
	void *mapped;
	size_t mapped_length;
	struct btf *parsed;
};

/*
 * Size of the data after a type of an unknown kind, from the BTF's own description of its kinds; -1
 * if it has none.
 */
static int told_bytes(const struct btf_view *view, const struct btf_type *t)
{
	const __u32 kind = btf_kind(t);

	if (kind >= view->kinds)
		return -1;
	return view->layouts[kind].once + btf_vlen(t) * view->layouts[kind].each;
}

/* Size of the data after a type, by its kind (Documentation/bpf/btf.rst); -1 if unknown. */
static int extra_bytes(const struct btf_view *view, const struct btf_type *t)
{
	const int each = btf_vlen(t);

	switch (btf_kind(t)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(__u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return each * (int)sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return each * (int)sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return each * (int)sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return each * (int)sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return each * (int)sizeof(struct btf_var_secinfo);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	default:
		return told_bytes(view, t);
	}
}

/* After a type of unknown size no further type can be found; those before it are kept. */
static bool index_types(struct btf_view *view, __u32 length)
{
	__u32 at = 0;
	int extra = 0;

	view->offsets = malloc((length / sizeof(struct btf_type) + 1) * sizeof(*view->offsets));
	if (!view->offsets)
		return false;
	view->count = 1;
	while (length - at >= sizeof(struct btf_type)) {
		extra = extra_bytes(view, (const void *)(view->types + at));
		if (extra < 0 || (__u32)extra > length - at - sizeof(struct btf_type))
			break;
		view->offsets[view->count++ - 1] = at;
		at += sizeof(struct btf_type) + (__u32)extra;
	}
	errno = EINVAL;
	return extra < 0 || at == length;
}

static void read_layouts(struct btf_view *view, const struct btf_header *header, size_t body_size)
{
	const char *body = (const char *)header + header->hdr_len;
	struct header_more more;

	if (header->hdr_len < sizeof(*header) + sizeof(more))
		return;
	memcpy(&more, header + 1, sizeof(more));
	if (more.layout_off > body_size || more.layout_len > body_size - more.layout_off ||
	    more.layout_off % _Alignof(struct kind_layout))
		return;
	view->layouts = (const void *)(body + more.layout_off);
	view->kinds = more.layout_len / sizeof(*view->layouts);
}

/* Returns false with errno set if this is not BTF. */
static bool view_set(struct btf_view *view, const void *bytes, size_t size)
{
	const struct btf_header *header = bytes;
	const char *body;

	errno = EINVAL;
	if (size < sizeof(*header) || header->magic != BTF_MAGIC || header->hdr_len > size ||
	    header->type_off > size - header->hdr_len ||
	    header->type_len > size - header->hdr_len - header->type_off ||
	    header->str_off > size - header->hdr_len ||
	    header->str_len > size - header->hdr_len - header->str_off || !header->str_len)
		return false;
	body = (const char *)bytes + header->hdr_len;
	view->types = body + header->type_off;
	view->strings = body + header->str_off;
	view->strings_length = header->str_len;
	read_layouts(view, header, size - header->hdr_len);
	/* After a header of odd length, which libbpf accepts, types are misaligned. */
	return (uintptr_t)view->types % _Alignof(struct btf_type) == 0 &&
	       !view->strings[header->str_len - 1] && index_types(view, header->type_len);
}

/* Reads a whole file into memory of our own. Returns MAP_FAILED with errno set on failure. */
static void *read_all(int fd, size_t size)
{
	char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t done = 0;
	ssize_t n = 1;

	if (bytes == MAP_FAILED)
		return MAP_FAILED;
	while (done < size && n > 0) {
		n = read(fd, bytes + done, size - done);
		done += n > 0 ? (size_t)n : 0;
	}
	if (done == size)
		return bytes;
	if (!n)
		errno = EINVAL;
	munmap(bytes, size);
	return MAP_FAILED;
}

static bool open_kernel_btf(struct btf_view *view)
{
	int fd = open(KERNEL_BTF, O_RDONLY | O_CLOEXEC);
	void *bytes = MAP_FAILED;
	struct stat file;

	if (fd < 0)
		return false;
	if (!fstat(fd, &file) && file.st_size > 0) {
		/* Supported since 6.16. Reading takes a call per page. */
		bytes = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (bytes == MAP_FAILED)
			bytes = read_all(fd, (size_t)file.st_size);
	}
	close(fd);
	if (bytes == MAP_FAILED)
		return false;
	view->mapped = bytes;
	view->mapped_length = (size_t)file.st_size;
	return view_set(view, bytes, view->mapped_length);
}

static bool open_file(struct btf_view *view, const char *path)
{
	struct stat file;
	const void *bytes;
	__u32 size;

	if (!stat(path, &file) && file.st_size > FILE_BYTES_MOST) {
		errno = EFBIG;
		return false;
	}
	view->parsed = btf__parse(path, NULL);
	if (!view->parsed)
		return false;
	bytes = btf__raw_data(view->parsed, &size);
	return bytes && view_set(view, bytes, size);
}

struct btf_view *btf_view_new(const char *path)
{
	struct btf_view *view = calloc(1, sizeof(*view));
	int error;

	if (!view || (path ? open_file(view, path) : open_kernel_btf(view)))
		return view;
	error = errno;
	btf_view_free(view);
	errno = error;
	return NULL;
}

struct btf_view *btf_view_of(const void *bytes, size_t size)
{
	struct btf_view *view = calloc(1, sizeof(*view));

	if (!view || view_set(view, bytes, size))
		return view;
	btf_view_free(view);
	errno = EINVAL;
	return NULL;
}

void btf_view_free(struct btf_view *view)
{
	if (!view)
		return;
	if (view->mapped)
		munmap(view->mapped, view->mapped_length);
	btf__free(view->parsed);
	free(view->offsets);
	free(view);
}

__u32 btf_view_count(const struct btf_view *view)
{
	return view->count;
}

const struct btf_type *btf_view_type(const struct btf_view *view, __u32 id)
{
	return id && id < view->count ? (const void *)(view->types + view->offsets[id - 1]) : NULL;
}

const char *btf_view_string(const struct btf_view *view, __u32 offset)
{
	return offset < view->strings_length ? view->strings + offset : "";
}
