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

#define DEFAULT_RULES ",M3.2.0,M11.1.0" /* glibc's rules for a zone whose TZ has none */

/* Skips a zone's name, quoted as in <+0330> or plain. */
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

/* "EST5EDT" and "EST5EDT4" have summer time, but no rules that say when. */
static bool lacks_rules(const char *zone)
{
	const char *offset = skip_name(zone), *summer = skip_offset(offset);
	const char *end = skip_offset(skip_name(summer));

	return offset > zone && summer > offset && skip_name(summer) > summer && !*end;
}

/* Whether a file of that name exists where musl looks for zones. */
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
 * musl takes every POSIX zone literally: to it, EST5EDT has summer time and no rules. glibc first
 * looks for a file of that name, then falls back on the rules of the US.
 */
void zone_load(void)
{
	const char *zone = getenv("TZ");
	char value[PATH_MAX];

	if (zone && *zone && *zone != ':' && strlen(zone) < sizeof(value) - sizeof(DEFAULT_RULES)) {
		if (has_file(zone)) {
			snprintf(value, sizeof(value), ":%s", zone);
			setenv("TZ", value, 1);
		} else if (lacks_rules(zone)) {
			snprintf(value, sizeof(value), "%s" DEFAULT_RULES, zone);
			setenv("TZ", value, 1);
		}
	}
	tzset();
}
