// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parses and stores the values of options. */
#include <stdio.h>
#include <string.h>

#include "option.h"

#define STRINGIFY(x) #x
#define EXPAND(x)    STRINGIFY(x)
#define LACK_MAX     64 /* bytes for "is not a number of sessions (1 to 16777216)" */

static void *stored_at(const struct parse *p)
{
	return (char *)p->options + p->option->field;
}

bool take_flag(struct parse *p)
{
	*(bool *)stored_at(p) = true;
	return true;
}

bool take_extra(struct parse *p)
{
	*(uint8_t *)stored_at(p) |= (uint8_t)p->option->value;
	return true;
}

/* The only option that stores this value in this field. */
static const struct option *find_rival(size_t field, int value)
{
	const struct option *o = option_table;

	while (o->take != take_value || o->field != field || o->value != value)
		o++;
	return o;
}

/* Options that exclude each other store their values in the same field. */
bool take_value(struct parse *p)
{
	int *field = stored_at(p);

	if (*field && *field != p->option->value) {
		p->value = find_rival(p->option->field, *field)->name;
		return parse_blame(p, "was given as well; choose one");
	}
	*field = p->option->value;
	return true;
}

static bool add_pid(void *to, const char *word, size_t length, struct blame *blame)
{
	struct scope *scope = to;
	uint64_t pid;

	if (!text_read_number(word, length, 4194304, &pid) || !pid)
		return blame_word(blame, word, length, "is not a pid (1 to 4194304)");
	for (size_t i = 0; i < scope->pid_count; i++)
		if (scope->pids[i] == pid)
			return true;
	if (scope->pid_count == SCOPE_PIDS)
		return blame_word(blame, word, length,
				  "is one pid too many (" EXPAND(SCOPE_PIDS) ")");
	scope->pids[scope->pid_count++] = (uint32_t)pid;
	return true;
}

bool take_pids(struct parse *p)
{
	return words_each(p->value, "lacks a pid", add_pid, stored_at(p), &p->blame);
}

bool take_word(struct parse *p)
{
	static char lack[LACK_MAX]; /* parsing ends at the first blame */
	unsigned n;

	if (words_find(p->option->words, p->value, strlen(p->value), &n)) {
		*(unsigned *)stored_at(p) = n + (unsigned)p->option->value;
		return true;
	}
	snprintf(lack, sizeof(lack), "is not %s", p->option->noun);
	return words_blame(p->option->words, lack, p->value, strlen(p->value), &p->blame);
}

bool take_number(struct parse *p)
{
	static char lack[LACK_MAX];
	const struct option *o = p->option;
	uint64_t number;

	if (!text_read_number(p->value, strlen(p->value), o->most, &number) || number < o->least) {
		if (o->most == UINT64_MAX)
			snprintf(lack, sizeof(lack), "is not %s (%llu or more)", o->noun,
				 (unsigned long long)o->least);
		else
			snprintf(lack, sizeof(lack), "is not %s (%llu to %llu)", o->noun,
				 (unsigned long long)o->least, (unsigned long long)o->most);
		return parse_blame(p, lack);
	}
	if (o->bytes == sizeof(uint32_t))
		*(uint32_t *)stored_at(p) = (uint32_t)number;
	else
		*(uint64_t *)stored_at(p) = number;
	return true;
}

bool take_filter(struct parse *p)
{
	return p->option->filter(&p->options->filter, p->value, &p->blame);
}

bool take_keys(struct parse *p)
{
	return groups_by_add(stored_at(p), p->value, &p->blame);
}

bool take_measures(struct parse *p)
{
	return stats_of_add(stored_at(p), p->value, &p->blame);
}

bool take_ports(struct parse *p)
{
	return ports_add_list(stored_at(p), p->value, &p->blame);
}

bool take_time(struct parse *p)
{
	return words_read_time(p->value, stored_at(p)) ||
	       parse_blame(p, "is not a time above 0: seconds, or with a unit (300ms, 5m, 1h, 2d)");
}

/* Without a value, there is a page every two seconds. */
bool take_top(struct parse *p)
{
	*(uint64_t *)stored_at(p) = 2000000000;
	return !p->value || take_time(p);
}

/* To trace for no time is to list what is open. */
bool take_duration(struct parse *p)
{
	if (strcmp(p->value, "0") != 0)
		return words_read_time(p->value, stored_at(p)) ||
		       parse_blame(p, "is not a time: seconds, or with a unit (300ms, 5m, 1h, "
				      "2d), or 0 for --list");
	p->options->output.list = true;
	return true;
}

bool take_btf(struct parse *p)
{
	if (!*p->value)
		return parse_blame(p, "is not a source of BTF (auto, none or a file)");
	p->options->btf_file = NULL;
	if (strcmp(p->value, "auto") == 0) {
		p->options->btf = BTF_AUTO;
	} else if (strcmp(p->value, "none") == 0) {
		p->options->btf = BTF_NONE;
	} else {
		p->options->btf = BTF_FILE;
		p->options->btf_file = p->value;
	}
	return true;
}

/* Stores a text that is not empty. */
static bool take_string(struct parse *p, const char *else_why)
{
	if (!*p->value)
		return parse_blame(p, else_why);
	*(const char **)stored_at(p) = p->value;
	return true;
}

bool take_file(struct parse *p)
{
	return take_string(p, "is not the name of a file");
}

bool take_host(struct parse *p)
{
	return take_string(p, "is not the name of a host");
}
