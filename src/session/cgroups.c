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
#include "base/text.h"
#include "container.h"

#define PATH_LONGEST	1000 /* longer paths stay unknown */
#define DEPTH_LARGEST	32
#define CGROUPS_LEAST	256
#define CGROUPS_LARGEST 65536 /* once full, all are forgotten */
#define ROOT_INODE	1     /* of the whole tree, on every kernel */

struct entry {
	uint64_t id;
	char *path;	       /* NULL: no cgroup in the tree has this id */
	char *container, *pod; /* NULL: none */
};

struct cgroups {
	int root;	     /* of the tree; -errno: there is none */
	bool partial;	     /* it is only the part in our own cgroup namespace */
	struct table *table; /* indexes `list` */
	struct entry *list;
	uint32_t capacity;
};

static struct entry *find(const struct cgroups *c, uint64_t id)
{
	uint32_t at = table_find(c->table, table_mix(0, id));

	while (at != TABLE_NONE && c->list[at].id != id)
		at = table_find_next(c->table, at);
	return at == TABLE_NONE ? NULL : &c->list[at];
}

static void forget(const struct entry *cgroup)
{
	free(cgroup->path);
	free(cgroup->container);
	free(cgroup->pod);
}

static void forget_all(struct cgroups *c)
{
	for (uint32_t i = 0; i < table_count(c->table); i++)
		forget(&c->list[i]);
	table_clear(c->table);
}

/* Makes room for one more cgroup; false if out of memory. */
static bool make_room(struct cgroups *c)
{
	const uint32_t capacity = c->capacity ? 2 * c->capacity : CGROUPS_LEAST;
	struct entry *list;

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

static char *copy_unless_empty(const char *text)
{
	return *text ? strdup(text) : NULL;
}

static void set_path(struct entry *cgroup, const char *path)
{
	struct container found;

	container_read(&found, path);
	cgroup->path = strdup(path);
	cgroup->container = copy_unless_empty(found.id);
	cgroup->pod = copy_unless_empty(found.pod);
}

/* path: NULL if no cgroup has this id. */
static void remember(struct cgroups *c, uint64_t id, const char *path)
{
	struct entry *known = find(c, id);
	uint32_t number;

	if (!known) {
		if (!id || !make_room(c))
			return;
		number = table_add(c->table, table_mix(0, id));
		if (number == TABLE_NONE)
			return;
		known = &c->list[number];
		*known = (struct entry){ .id = id };
	}
	if (!known->path && path)
		set_path(known, path);
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
	char path[PATH_LONGEST] = "";
	struct stat root;
	int directory;

	if (c->root < 0)
		return;
	directory = openat(c->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return;
	if (c->partial)
		strcpy(path, ".");
	if (!fstat(directory, &root))
		remember(c, root.st_ino, c->partial ? "." : "/");
	read_tree(c, directory, path, strlen(path), 0);
}

static bool is_whole(int root)
{
	struct stat found;

	return !fstat(root, &found) && found.st_ino == ROOT_INODE;
}

/* Opens the whole tree if it is mounted in some usual place, else what there is. */
static void open_tree(struct cgroups *c)
{
	static const char *const usual[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified",
					     "/host/sys/fs/cgroup", "/host/sys/fs/cgroup/unified",
					     NULL };
	static const struct pseudofs fs = { "cgroup2", CGROUP2_SUPER_MAGIC, usual, NULL };
	bool own;

	for (const char *const *path = usual; *path; path++) {
		c->root = pseudofs_open_at(&fs, *path);
		if (c->root >= 0 && is_whole(c->root))
			return;
		if (c->root >= 0)
			close(c->root);
	}
	c->root = pseudofs_open(&fs, &own);
	c->partial = c->root >= 0 && !is_whole(c->root);
}

struct cgroups *cgroups_new(void)
{
	struct cgroups *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->root = -ENOENT;
	c->table = table_new();
	if (!c->table) {
		cgroups_free(c);
		return NULL;
	}
	open_tree(c);
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

const char *cgroups_blindness(const struct cgroups *c)
{
	if (c->root < 0)
		return "cannot see the cgroups that exist already: the cgroup2 file system is not "
		       "mounted here; in a container, add -v "
		       "/sys/fs/cgroup:/host/sys/fs/cgroup:ro";
	if (c->partial)
		return "cannot see the cgroups outside this cgroup namespace that exist already: "
		       "in a container, add --cgroupns host or -v "
		       "/sys/fs/cgroup:/host/sys/fs/cgroup:ro";
	return NULL;
}

void cgroups_add(struct cgroups *c, uint64_t id, const char *path)
{
	remember(c, id, path);
}

struct cgroup cgroups_find(struct cgroups *c, uint64_t id)
{
	const struct entry *found;

	if (!c || !id)
		return (struct cgroup){ NULL, NULL, NULL };
	found = find(c, id);
	if (!found) {
		read_all(c);
		found = find(c, id);
	}
	/* Before 5.5 the low half of an id is the inode number, the high half a generation. */
	if (!found)
		found = find(c, (uint32_t)id);
	if (!found) {
		remember(c, id, NULL);
		return (struct cgroup){ NULL, NULL, NULL };
	}
	return (struct cgroup){ found->path, found->container, found->pod };
}

/* Whether this machine also has cgroups of version 1, where containers may be instead. */
static bool has_version_1(void)
{
	char text[4096];
	const int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	const ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (length < 0)
		return false;
	text[length] = '\0';
	return strstr(text, "memory:") || strstr(text, "pids:");
}

static void put_unmatched(struct text *t, const struct cgroup_pattern *pattern)
{
	text_put_string(t, pattern->container ? "no container has this id now (it is the one that "
						"podman ps and docker ps show)"
					      : "no cgroup matches this now");
	if (has_version_1())
		text_put_string(t, "; the names of cgroups of version 1, which this machine has as "
				   "well, are not known: try --netns PID");
}

static void put_ambiguous(struct text *t, const char *one, const char *other)
{
	text_put_string(t, "several containers have such an id, and the sessions of all are "
			   "printed: ");
	text_put_name(t, one, CONTAINER_ID_SIZE);
	text_put_string(t, ", ");
	text_put_name(t, other, CONTAINER_ID_SIZE);
}

bool cgroups_doubt(const struct cgroups *c, const struct cgroup_pattern *pattern, struct text *why)
{
	char one[CONTAINER_ID_SIZE] = "", other[CONTAINER_ID_SIZE];

	for (uint32_t i = 0; i < table_count(c->table); i++) {
		const char *path = c->list[i].path;

		if (path && !pattern->container && cgroup_pattern_matches(pattern, path))
			return false;
		if (!path || !pattern->container ||
		    !container_within(path, pattern->word, pattern->length, other))
			continue;
		if (*one && strcmp(one, other) != 0) {
			put_ambiguous(why, one, other);
			return true;
		}
		memcpy(one, other, sizeof(one));
	}
	if (!*one)
		put_unmatched(why, pattern);
	return !*one;
}
