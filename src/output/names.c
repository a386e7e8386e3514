// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"

#define NAMES_MOST 65536

struct names {
	struct table *table; /* indexes `list` */
	char *list[NAMES_MOST];
};

struct names *names_new(void)
{
	struct names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->table = table_new();
	if (names->table)
		return names;
	free(names);
	return NULL;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	for (uint32_t i = 0; i < table_count(names->table); i++)
		free(names->list[i]);
	table_free(names->table);
	free(names);
}

static uint64_t hash_of(const char *name)
{
	uint64_t hash = table_seed();

	for (; *name; name++)
		hash = table_mix(hash, (unsigned char)*name);
	return hash;
}

const char *names_keep(struct names *names, const char *name)
{
	const uint64_t hash = name ? hash_of(name) : 0;
	const uint32_t count = table_count(names->table);
	uint32_t at = table_find(names->table, hash);

	if (!name)
		return NULL;
	while (at != TABLE_NONE && strcmp(names->list[at], name) != 0)
		at = table_find_next(names->table, at);
	if (at != TABLE_NONE)
		return names->list[at];
	if (count == NAMES_MOST)
		return NULL;
	names->list[count] = strdup(name);
	if (names->list[count] && table_add(names->table, hash) != TABLE_NONE)
		return names->list[count];
	free(names->list[count]);
	return NULL;
}
