// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cgroups.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pseudofs.h"

#define PATH_LONGEST	   1000 /* a longer path is left unknown */
#define DEPTH_LARGEST	   32
#define CGROUPS_LARGEST	   65536 /* when this many are remembered, all are forgotten */
#define CONTAINER_DIGITS   64	 /* of the ids that container runtimes give */
#define CONTAINER_SHORTENS 12	 /* as those runtimes print them */

struct cgroup {
	uint64_t id;
	char *path; /* NULL: this id is in no tree */
};

struct cgroups {
	int root;
	struct cgroup *slots; /* open addressing; id 0: free */
	size_t size;	      /* a power of two */
	size_t count;
};

static struct cgroup *slot_of(const struct cgroups *c, uint64_t id)
{
	size_t i = id * 0x9e3779b97f4a7c15ULL >> 32;

	for (;; i++) {
		struct cgroup *slot = &c->slots[i & (c->size - 1)];

		if (!slot->id || slot->id == id)
			return slot;
	}
}

static void forget_all(struct cgroups *c)
{
	for (size_t i = 0; i < c->size; i++)
		free(c->slots[i].path);
	free(c->slots);
	c->slots = NULL;
	c->size = c->count = 0;
}

/* Room for one more; false: no memory. */
static bool make_room(struct cgroups *c)
{
	struct cgroups larger = { .size = c->size ? c->size * 2 : 256 };

	if (c->count >= CGROUPS_LARGEST) {
		forget_all(c);
		larger.size = 256;
	}
	if (c->count < c->size / 2)
		return true;
	larger.slots = calloc(larger.size, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < c->size; i++)
		if (c->slots[i].id)
			*slot_of(&larger, c->slots[i].id) = c->slots[i];
	free(c->slots);
	c->slots = larger.slots;
	c->size = larger.size;
	return true;
}

/* path NULL: not to be found. */
static void remember(struct cgroups *c, uint64_t id, const char *path)
{
	struct cgroup *slot;

	if (!id || !make_room(c))
		return;
	slot = slot_of(c, id);
	c->count += !slot->id;
	slot->id = id;
	if (!slot->path && path)
		slot->path = strdup(path);
}

/* The kernel numbers a directory by its cgroup's id. path is at..at+length of a larger buffer. */
static void read_tree(struct cgroups *c, int directory, char *path, size_t length, int depth)
{
	DIR *dir = fdopendir(directory);
	const struct dirent *entry;

	if (!dir) {
		close(directory);
		return;
	}
	while ((entry = readdir(dir))) {
		int written, below;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' || depth >= DEPTH_LARGEST)
			continue;
		written = snprintf(path + length, PATH_LONGEST - length, "/%s", entry->d_name);
		if (written < 0 || (size_t)written >= PATH_LONGEST - length)
			continue;
		remember(c, entry->d_ino, path);
		below = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (below >= 0)
			read_tree(c, below, path, length + (size_t)written, depth + 1);
	}
	closedir(dir);
}

static void read_all(struct cgroups *c)
{
	char path[PATH_LONGEST];
	struct stat root;
	int directory = openat(c->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0)
		return;
	if (!fstat(directory, &root))
		remember(c, root.st_ino, "/");
	read_tree(c, directory, path, 0, 0);
}

struct cgroups *cgroups_new(void)
{
	static const char *const usual[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified", NULL };
	static const struct pseudofs fs = { "cgroup2", CGROUP2_SUPER_MAGIC, usual, NULL };
	struct cgroups *c = calloc(1, sizeof(*c));
	bool own;

	if (!c)
		return NULL;
	c->root = pseudofs_open(&fs, &own);
	if (c->root < 0) {
		free(c);
		return NULL;
	}
	read_all(c);
	return c;
}

void cgroups_free(struct cgroups *c)
{
	if (!c)
		return;
	forget_all(c);
	close(c->root);
	free(c);
}

static const struct cgroup *find(const struct cgroups *c, uint64_t id)
{
	const struct cgroup *slot = c->size ? slot_of(c, id) : NULL;

	return slot && slot->id ? slot : NULL;
}

const char *cgroups_path(struct cgroups *c, uint64_t id)
{
	const struct cgroup *found;

	if (!c || !id)
		return NULL;
	found = find(c, id);
	if (!found) {
		read_all(c);
		found = find(c, id);
	}
	/* Before 5.5 an id is the directory's number below a generation. */
	if (!found)
		found = find(c, (uint32_t)id);
	if (!found)
		remember(c, id, NULL);
	return found ? found->path : NULL;
}

static bool all_hex(const char *digits, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!isxdigit((unsigned char)digits[i]))
			return false;
	return true;
}

const char *cgroup_label(const char *path, size_t *length)
{
	const char *last = strrchr(path, '/');

	for (const char *at = path + strlen(path); at - path >= CONTAINER_DIGITS; at--) {
		const char *digits = at - CONTAINER_DIGITS;

		if (all_hex(digits, CONTAINER_DIGITS)) {
			*length = CONTAINER_SHORTENS;
			return digits;
		}
	}
	last = last && last[1] ? last + 1 : path;
	*length = strlen(last);
	return last;
}
