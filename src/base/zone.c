// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "zone.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RULES_UNSAID ",M3.2.0,M11.1.0" /* glibc's, of a zone whose TZ names no rules */

/* Behind a zone's name, quoted <+0330> or plain. */
static const char *skip_name(const char *s)
{
	if (*s == '<')
		return s + strcspn(s, ">") + (strchr(s, '>') != NULL);
	while (isalpha((unsigned char)*s))
		s++;
	return s;
}

static const char *skip_offset(const char *s)
{
	return s + strspn(s, "+-:0123456789");
}

/* "EST5EDT" and "EST5EDT4": summer time, and nothing that says when. */
static bool lacks_rules(const char *zone)
{
	const char *offset = skip_name(zone), *summer = skip_offset(offset);
	const char *end = skip_offset(skip_name(summer));

	return offset > zone && summer > offset && skip_name(summer) > summer && !*end;
}

/* Whether there is a file of the zone's name, where musl looks for it. */
static bool has_file(const char *zone)
{
	static const char *const folders[] = { "/usr/share/zoneinfo", "/share/zoneinfo",
					       "/etc/zoneinfo" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		const int length = snprintf(path, sizeof(path), "%s/%s", folders[i], zone);

		if (length < (int)sizeof(path) && !access(path, R_OK))
			return true;
	}
	return false;
}

/*
 * What POSIX defines musl takes at its word: to it, EST5EDT is a zone with summer time and without
 * rules. glibc looks for a file of that name first, and then falls back on the rules of the US.
 */
void zone_load(void)
{
	const char *zone = getenv("TZ");
	char said[PATH_MAX];

	if (zone && *zone && *zone != ':' && strlen(zone) < sizeof(said) - sizeof(RULES_UNSAID)) {
		if (has_file(zone)) {
			snprintf(said, sizeof(said), ":%s", zone);
			setenv("TZ", said, 1);
		} else if (lacks_rules(zone)) {
			snprintf(said, sizeof(said), "%s" RULES_UNSAID, zone);
			setenv("TZ", said, 1);
		}
	}
	tzset();
}
