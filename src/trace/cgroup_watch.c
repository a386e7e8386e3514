// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cgroup_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/objects.h"
#include "bpf/cgroup.h"
#include "probe-select/attachment.h"
#include "probe-select/facts.h"
#include "probe-select/layout.h"
#include "ring.h"

struct cgroup_watch {
	struct bpf_object *object;
	struct attachment *attachment;
	struct ring *ring;
};

static struct bpf_object *load(const struct layout *layout)
{
	const int fd = layout_to_btf_file(layout);
	char path[32];
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "tcplife_cgroup",
		    .btf_custom_path = path);
	struct bpf_object *object;
	int error;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	object = object_open(&object_cgroup, &opts);
	error = object ? -bpf_object__load(object) : errno;
	close(fd);
	if (!error)
		return object;
	bpf_object__close(object);
	errno = error;
	return NULL;
}

/* False with errno set on failure. */
static bool start(struct cgroup_watch *watch, const struct layout *layout)
{
	const struct bpf_program *program;
	const struct bpf_map *map;

	watch->object = load(layout);
	if (!watch->object)
		return false;
	program = bpf_object__find_program_by_name(watch->object, "cgroup_made");
	map = bpf_object__find_map_by_name(watch->object, "created");
	watch->ring = ring_new(bpf_map__fd(map), bpf_map__max_entries(map));
	if (watch->ring)
		watch->attachment = attachment_raw(program, "cgroup_mkdir");
	return watch->attachment;
}

struct cgroup_watch *cgroup_watch_new(const struct layout *layout, const struct facts *facts,
				      char *why, size_t size)
{
	struct cgroup_watch *watch;
	int error;

	if (!facts->ring_buffer || !layout_has_cgroup(layout)) {
		snprintf(why, size, "%s",
			 facts->ring_buffer ? "it needs BTF" : "this kernel has no ring buffer");
		return NULL;
	}
	watch = calloc(1, sizeof(*watch));
	if (watch && start(watch, layout))
		return watch;
	error = watch ? errno : ENOMEM;
	cgroup_watch_free(watch);
	snprintf(why, size, "%s", strerror(error));
	return NULL;
}

void cgroup_watch_free(struct cgroup_watch *watch)
{
	if (!watch)
		return;
	attachment_close(watch->attachment);
	ring_free(watch->ring);
	bpf_object__close(watch->object);
	free(watch);
}

const char *cgroup_watch_next(struct cgroup_watch *watch, uint64_t *id)
{
	const struct cgroup_created *created;
	const void *bytes;
	size_t size;

	while (ring_next(watch->ring, &bytes, &size) > 0) {
		created = bytes;
		/* A path that fills its place is cut. */
		if (size < sizeof(*created) ||
		    strnlen(created->path, CGROUP_PATH_SIZE) >= CGROUP_PATH_SIZE - 1)
			continue;
		*id = created->id;
		return created->path;
	}
	return NULL;
}
