// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "host.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "json.h"
#include "table.h"

static struct utsname names;
static char boot_id[37]; /* a UUID in text form */
static struct host host;

static uint64_t mix_string(uint64_t hash, const char *string)
{
	while (*string)
		hash = table_mix(hash, (unsigned char)*string++);
	return hash;
}

void host_start(const char *name)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (file && fscanf(file, "%36s", boot_id) == 1)
		host.boot_id = boot_id;
	if (file)
		fclose(file);
	uname(&names);
	host.name = name ? name : names.nodename;
	for (uint64_t half = 0; half < 2; half++)
		host.boot[half] = mix_string(mix_string(half + 1, host.name), boot_id);
}

const struct host *host_get(void)
{
	return &host;
}

void host_put_json(struct text *t)
{
	JSON_KEY(t, "host");
	json_put_name(t, host.name);
	JSON_KEY(t, "boot_id");
	json_put_word(t, host.boot_id);
}
