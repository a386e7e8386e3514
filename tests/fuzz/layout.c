// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reads any file as BTF. */
#include "probe-select/layout.h"

#include <sys/mman.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "fuzz.h"

static int read_file(struct layout *layout, int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	layout_init(layout);
	return layout_from_btf(layout, path);
}

/* A layout must survive being written for libbpf and read again. */
static void check_small(const struct layout *layout)
{
	struct layout again;
	const int fd = layout_to_btf_file(layout);

	MUST(fd >= 0);
	MUST(!read_file(&again, fd));
	for (int i = 0; i < LAYOUT_FIELD_COUNT; i++)
		if (layout_has(layout, (enum layout_field)i))
			MUST(again.offset[i] == layout->offset[i]);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct layout layout;
	const int fd = memfd_create("fuzz", MFD_CLOEXEC);

	libbpf_set_print(NULL);
	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	if (!read_file(&layout, fd))
		check_small(&layout);
	close(fd);
	return 0;
}
