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
#include "base/table.h"

#define PATH_LONGEST	   1000 /* longer paths stay unknown */
#define DEPTH_LARGEST	   32
#define CGROUPS_LEAST	   256
#define CGROUPS_LARGEST	   65536 /* once full, all are forgotten */
#define CONTAINER_DIGITS   64	 /* in the ids of container runtimes */
#define CONTAINER_SHORTENS 12	 /* as container runtimes abbreviate them */

struct cgroup {
	uint64_t id;
	char *path; /* NULL: no cgroup in the tree has this id */
};

struct cgroups {
	int root;
	struct table *table; /* indexes `list` */
	struct cgroup *list;
	uint32_t capacity;
};

static struct cgroup *find(const struct cgroups *c, uint64_t id)
{
	uint32_t at = table_find(c->table, table_mix(0, id));

	while (at != TABLE_NONE && c->list[at].id != id)
		at = table_find_next(c->table, at);
	return at == TABLE_NONE ? NULL : &c->list[at];
}

static void forget_all(struct cgroups *c)
{
	for (uint32_t i = 0; i < table_count(c->table); i++)
		free(c->list[i].path);
	table_clear(c->table);
}

/* Makes room for one more cgroup; false if out of memory. */
static bool make_room(struct cgroups *c)
{
	const uint32_t capacity = c->capacity ? 2 * c->capacity : CGROUPS_LEAST;
	struct cgroup *list;

	if (table_count(c->table) >= CGROUPS_LARGEST)
		forget_all(c);
	if (table_count(c->table) < c->capacity)
		return true;
	list = realloc(c->list, capacity * sizeof(*list));
	if (!list)
		return false;
	c->list = list;
	c->capacity = capacity;
	return true;
}

/* path: NULL if no cgroup has this id. */
static void remember(struct cgroups *c, uint64_t id, const char *path)
{
	struct cgroup *known = find(c, id);
	uint32_t number;

	if (!known) {
		if (!id || !make_room(c))
			return;
		number = table_add(c->table, table_mix(0, id));
		if (number == TABLE_NONE)
			return;
		known = &c->list[number];
		*known = (struct cgroup){ .id = id };
	}
	if (!known->path && path)
		known->path = strdup(path);
}

/*
 * A directory's inode number is its cgroup's id. path is a buffer of PATH_LONGEST bytes that holds
 * `length` bytes of the path so far. Closes `directory`.
 */
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
	c->table = table_new();
	c->root = pseudofs_open(&fs, &own);
	if (!c->table || c->root < 0) {
		cgroups_free(c);
		return NULL;
	}
	read_all(c);
	return c;
}

void cgroups_free(struct cgroups *c)
{
	if (!c)
		return;
	if (c->table)
		forget_all(c);
	table_free(c->table);
	free(c->list);
	if (c->root >= 0)
		close(c->root);
	free(c);
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
	/* Before 5.5 the low half of an id is the inode number, the high half a generation. */
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
