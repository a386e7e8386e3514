// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "objects.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* zlib's code for the gzip format with the largest window */

struct object {
	const unsigned char *begin, *end; /* gzip: eight objects take 64 KB instead of 345 */
};

#define OBJECT(identifier, file)                                               \
	__asm__(".pushsection .rodata\n" #identifier "_begin: .incbin \"" file \
		".bpf.o.gz\"\n" #identifier "_end:\n"                          \
		".popsection\n");                                              \
	extern const unsigned char identifier##_begin[], identifier##_end[];   \
	const struct object object_##identifier = { identifier##_begin, identifier##_end }

#define X(identifier, file) OBJECT(identifier, file);
OBJECTS(X)
#undef X

/* The uncompressed size, which gzip stores in the last four bytes (RFC 1952). */
static size_t object_size(const struct object *object)
{
	const unsigned char *last = object->end - 4;

	return last[0] | last[1] << 8 | last[2] << 16 | (uint32_t)last[3] << 24;
}

struct bpf_object *object_open(const struct object *object, const struct bpf_object_open_opts *opts)
{
	size_t size = object_size(object);
	unsigned char *bytes = malloc(size);
	struct bpf_object *opened = NULL;
	z_stream stream = {
		.next_in = (unsigned char *)object->begin,
		.avail_in = (uInt)(object->end - object->begin),
		.next_out = bytes,
		.avail_out = (uInt)size,
	};

	if (!bytes || inflateInit2(&stream, GZIP_WINDOW) != Z_OK) {
		errno = ENOMEM;
	} else {
		if (inflate(&stream, Z_FINISH) == Z_STREAM_END)
			opened = bpf_object__open_mem(bytes, size, opts);
		else
			errno = EBADMSG;
		inflateEnd(&stream);
	}
	free(bytes);
	return opened;
}
