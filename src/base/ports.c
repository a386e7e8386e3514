/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ports.h"

#include <string.h>

#include "services.h"
#include "words.h"

static bool read_port(const char *word, size_t length, uint64_t *port, struct blame *blame)
{
	if (text_read_number(word, length, 65535, port) && *port)
		return true;
	return blame_word(blame, word, length, "is not a port (1 to 65535)");
}

static bool add_range(struct ports *p, uint64_t first, uint64_t last)
{
	for (uint64_t port = first; port <= last; port++)
		p->words[port / 64] |= 1ull << port % 64;
	p->any = true;
	return true;
}

/* Names of services may contain digits and dashes, too, but have at least one letter. */
static bool is_name(const char *entry, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((entry[i] | 0x20) >= 'a' && (entry[i] | 0x20) <= 'z')
			return true;
	return false;
}

static bool add_service(struct ports *p, const char *name, size_t length, struct blame *blame)
{
	uint16_t port;

	if (service_find(name, length, &port))
		return add_range(p, port, port);
	return blame_word(blame, name, length,
			  "is not a port (1 to 65535) or a TCP service in /etc/services");
}

/* Adds one entry of a list: a port, a range or a service. */
static bool add_entry(void *to, const char *entry, size_t length, struct blame *blame)
{
	const char *dash = memchr(entry, '-', length);
	const size_t first_length = dash ? (size_t)(dash - entry) : length;
	uint64_t first, last;

	if (is_name(entry, length))
		return add_service(to, entry, length, blame);
	if (dash && (dash == entry || dash == entry + length - 1))
		return blame_word(blame, entry, length, "is a range without an end");
	if (!read_port(entry, first_length, &first, blame))
		return false;
	last = first;
	if (dash && !read_port(dash + 1, length - first_length - 1, &last, blame))
		return false;
	if (last < first)
		return blame_word(blame, entry, length, "is a range that runs backwards");
	return add_range(to, first, last);
}

bool ports_add_list(struct ports *p, const char *list, struct blame *blame)
{
	return words_each(list, "lacks a port", add_entry, p, blame);
}

bool ports_has(const struct ports *p, uint16_t port)
{
	return p->words[port / 64] >> port % 64 & 1;
}

bool ports_empty(const struct ports *p)
{
	return !p->any;
}
