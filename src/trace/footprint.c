// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "footprint.h"

#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

static uint64_t memlock_of(int fd)
{
	unsigned long long bytes = 0;
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fd < 0 ? NULL : fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	fclose(file);
	return bytes;
}

uint64_t footprint_read(struct bpf_object *object)
{
	struct bpf_program *program = NULL;
	const struct bpf_map *map = NULL;
	uint64_t bytes = 0;

	bpf_object__for_each_map(map, object) bytes += memlock_of(bpf_map__fd(map));
	while ((program = bpf_object__next_program(object, program)))
		bytes += memlock_of(bpf_program__fd(program));
	return bytes;
}
