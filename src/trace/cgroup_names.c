// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cgroup_names.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/message.h"
#include "base/text.h"
#include "cgroup_watch.h"
#include "session/cgroups.h"

#define WORD_SHOWN 64 /* bytes of a value of an option */

struct cgroup_names {
	struct cgroups *cgroups;
	struct cgroup_watch *watch; /* NULL: not possible */
};

/* Warns about values of --cgroup and --container that may be wrong. */
static void doubt_patterns(const struct cgroups *cgroups, const struct filter *filter)
{
	for (unsigned i = 0; i < filter->cgroup_count; i++) {
		const struct cgroup_pattern *pattern = &filter->cgroups[i];
		char word[WORD_SHOWN + 1], buffer[1024];
		struct text why;

		snprintf(word, sizeof(word), "%.*s", (int)pattern->length, pattern->word);
		text_init(&why, buffer, sizeof(buffer) - 1);
		text_put_char(&why, '\'');
		text_put_name(&why, word, WORD_SHOWN);
		text_put_string(&why, "': ");
		if (!cgroups_doubt(cgroups, pattern, &why))
			continue;
		*why.at = '\0';
		message("warning: %s %s", pattern->container ? "--container" : "--cgroup", buffer);
	}
}

static bool knows_cgroups(const struct choice *choice)
{
	return choice_known(choice) & KNOWS(KNOWN_CGROUP);
}

static bool start(struct cgroup_names *names, const struct choice *choice, bool verbose)
{
	char why[128] = "";

	if (knows_cgroups(choice))
		names->watch = cgroup_watch_new(&choice->layout, &choice->facts, why, sizeof(why));
	if (knows_cgroups(choice) && !names->watch && verbose)
		message("the names of cgroups that are gone at once will be unknown: %s", why);
	names->cgroups = cgroups_new();
	return names->cgroups;
}

struct cgroup_names *cgroup_names_new(const struct choice *choice, const struct filter *filter,
				      bool verbose)
{
	struct cgroup_names *names = calloc(1, sizeof(*names));
	const char *blindness;

	if (!names || !start(names, choice, verbose)) {
		message("warning: not enough memory for the names of cgroups");
		cgroup_names_free(names);
		return NULL;
	}
	blindness = cgroups_blindness(names->cgroups);
	if (knows_cgroups(choice))
		message_warning(blindness);
	doubt_patterns(names->cgroups, filter);
	return names;
}

void cgroup_names_free(struct cgroup_names *names)
{
	if (!names)
		return;
	cgroup_watch_free(names->watch);
	cgroups_free(names->cgroups);
	free(names);
}

void cgroup_names_learn(struct cgroup_names *names)
{
	const char *path;
	uint64_t id;

	while (names && names->watch && (path = cgroup_watch_next(names->watch, &id)))
		cgroups_add(names->cgroups, id, path);
}

void cgroup_names_fill(struct cgroup_names *names, struct session *session)
{
	struct cgroup cgroup;

	if (!names)
		return;
	cgroup_names_learn(names);
	cgroup = cgroups_find(names->cgroups, session->cgroup_id);
	session->cgroup = cgroup.path;
	session->container_id = cgroup.container;
	session->pod_uid = cgroup.pod;
}
