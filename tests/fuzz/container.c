// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reads containers and pods in any path: the input is the path, a newline, and an id. */
#include "session/cgroup_pattern.h"
#include "session/container.h"

#include "fuzz.h"

#define BYTES_MOST 1000

/* What is found must be what --container finds by it. */
static void check_found(const char *path)
{
	char label[CONTAINER_LABEL_SIZE], whole[CONTAINER_ID_SIZE];
	struct container found;

	container_read(&found, path);
	container_label(path, label);
	MUST(memchr(found.id, '\0', sizeof(found.id)));
	MUST(memchr(found.pod, '\0', sizeof(found.pod)));
	MUST(memchr(label, '\0', sizeof(label)));
	MUST(!*found.pod || strlen(found.pod) == 32 || strlen(found.pod) == 36);
	MUST(!*found.id || container_within(path, found.id, strlen(found.id), whole));
}

static void check_pattern(const char *path, const char *word)
{
	struct cgroup_pattern pattern = { .word = word, .length = strlen(word) };
	char whole[CONTAINER_ID_SIZE];

	if (!pattern.length)
		return;
	for (int container = 0; container < 2; container++) {
		pattern.container = container;
		cgroup_pattern_matches(&pattern, path);
	}
	if (container_within(path, word, pattern.length, whole))
		MUST(!strncmp(whole, word, pattern.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[BYTES_MOST + 1], *word;

	if (size > BYTES_MOST)
		return 0;
	memcpy(path, data, size);
	path[size] = '\0';
	word = strchr(path, '\n');
	if (word)
		*word++ = '\0';
	check_found(path);
	check_pattern(path, word ? word : "");
	return 0;
}
