// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Compares the output of a tracer with the truth of tests/workload, or with another tracer's output
 * for the same sessions. Prints a line per difference; the last line counts them.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"

#define FILTERS_MAX    8
#define NARROWEST_COMM 10 /* columns */

static const char usage[] =
	"usage: compare [OPTION]... TRUTH RECORDS\n"
	"       compare --records [OPTION]... RECORDS RECORDS\n"
	"  --format json|csv|table  of RECORDS; the default is json. Wide is a table, too\n"
	"  --fields A,B,...         compare only these, by their names in JSON\n"
	"  --unknown A,B,...        the tracer need not know these\n"
	"  --no-accept-hook         nor the owner, where only accept(2) tells it\n"
	"  --accept-skipped N       likewise, of N sessions at most\n"
	"  --accept-on-close        that owner is known from closing the dead socket\n"
	"  --only KEY=VALUE         only these of the truth are expected; may be repeated\n"
	"  --tolerance NS           by which times of two tracers may differ; the default is "
	"1000000\n";

struct options {
	enum format format;
	const char *fields; /* NULL: all fields */
	const char *unknown;
	const char *only[FILTERS_MAX];
	size_t only_count;
	bool no_accept_hook;
	bool accept_on_close;
	uint64_t accept_skipped; /* sessions of which the kernel skipped the accept hook, at most */
	bool records;
	int64_t tolerance_ns;
};

struct tally {
	size_t matched, missing, extra, wrong;
};

/* Whether `words`, a list separated by `separator`, contains the word. */
static bool has_word(const char *words, const char *word, char separator)
{
	const size_t length = strlen(word);

	while (words) {
		const char *end = strchr(words, separator);

		if ((end ? (size_t)(end - words) : strlen(words)) == length &&
		    !memcmp(words, word, length))
			return true;
		words = end ? end + 1 : NULL;
	}
	return false;
}

static bool is_null(const char *value)
{
	return !strcmp(value, "null");
}

/* Parses an integer; exits if the word is none. */
static int64_t number(const char *word)
{
	char *end;
	int64_t n = strtoll(word, &end, 10);

	if (end == word || (*end && *end != '.' && *end != '|'))
		fail("'%s' is not a number", word);
	return n;
}

/* --- a record and the truth --- */

/* range: lo..hi. A value printed in milliseconds is rounded to two or three digits. */
static bool in_range(const char *range, const char *value, enum kind kind)
{
	const int64_t lo = number(range), hi = number(strstr(range, "..") + 2);
	char *end;
	double found = strtod(value, &end), rounding = 0;

	if (end == value || *end)
		return false;
	if (kind == KIND_MS) {
		found *= 1e6;
		rounding = 5000;
	}
	return found >= (double)lo - rounding && found <= (double)hi + rounding;
}

static bool in_kb(const char *expected, const char *value)
{
	char kb[32];

	snprintf(kb, sizeof(kb), "%" PRId64, number(expected) / 1024);
	return !strcmp(kb, value);
}

/* Replaces \xNN by the byte that it stands for. */
static char *name_bytes(const char *text, size_t length)
{
	char *name = copy_part(text, length), *to = name;
	unsigned byte;
	int used;

	for (const char *at = name; *at; at += used) {
		used = 0;
		if (*at != '\\' || sscanf(at, "\\x%2x%n", &byte, &used) != 1 || used != 4) {
			used = 1;
			byte = (unsigned char)*at;
		}
		*to++ = (char)byte;
	}
	*to = '\0';
	return name;
}

/*
 * Whether `shown` is `name` as a table shows it: truncated and without surrounding blanks.
 * Truncation is right only if the next character did not fit. Its width is known if it is ASCII or
 * an escape; other characters are accepted.
 */
static bool is_beginning(const char *name, const char *shown, const char *cell)
{
	const size_t length = strlen(shown);
	size_t blanks;

	if (strncmp(name, shown, length) != 0)
		return false;
	name += length;
	blanks = strspn(name, " ");
	name += blanks;
	if (!*name || *name & 0x80)
		return true;
	return strlen(cell) + blanks + (*name < 0x20 || *name == 0x7f || *name == '\\' ? 4 : 1) >
	       NARROWEST_COMM;
}

/*
 * Whether the cell shows one of the names, which bars separate: the whole name, or its beginning if
 * cut.
 */
static bool is_name(const char *names, const char *cell, bool cut)
{
	char *shown = name_bytes(cell, strlen(cell));
	bool found = false;

	for (const char *at = names; at && !found;) {
		const size_t length = strcspn(at, "|");
		char *name = name_bytes(at, length);

		found = cut ? is_beginning(name, shown, cell) : !strcmp(name, shown);
		free(name);
		at = at[length] ? at + length + 1 : NULL;
	}
	free(shown);
	return found;
}

static bool is_true(const char *expected, const struct field *found)
{
	if (!strcmp(found->name, "comm"))
		return is_name(expected, found->value, found->kind == KIND_CUT);
	if (is_null(expected) || is_null(found->value))
		return !strcmp(expected, found->value);
	if (strstr(expected, ".."))
		return in_range(expected, found->value, found->kind);
	switch (found->kind) {
	case KIND_KB:
		return in_kb(expected, found->value);
	default:
		return has_word(expected, found->value, '|');
	}
}

static bool is_owner(const char *name)
{
	return has_word("pid,ppid,comm,uid,owner", name, ',');
}

/* What the tracer prints for an unknown owner. */
static bool is_nobody(const struct field *f)
{
	return !strcmp(f->value, "null");
}

/* The tracer may report the process that accepted as the one that closed. */
static bool is_closer(const struct fields *truth, const struct field *found)
{
	const char *owner = fields_get(truth, "owner"), *closer = fields_get(truth, "closer");
	const char *dir = fields_get(truth, "dir"), *end = fields_get(truth, "ending");

	if (!owner || !dir || !end || !is_owner(found->name))
		return false;
	if (!strcmp(owner, "accept") || (!strcmp(owner, "proc") && !strcmp(dir, "in")))
		return (!strcmp(found->name, "owner") && !strcmp(found->value, "close")) ||
		       (!strcmp(owner, "accept") && !strcmp(end, "open") && is_nobody(found));
	/* It ended before any process accepted it. */
	if (!closer)
		return false;
	if (!strcmp(found->name, "pid"))
		return !strcmp(found->value, closer);
	return strcmp(found->name, "owner") != 0 || !strcmp(found->value, "close");
}

static bool is_excused(const struct options *o, const struct fields *truth,
		       const struct field *found)
{
	const char *owner = fields_get(truth, "owner");

	if (o->unknown && has_word(o->unknown, found->name, ',') && is_null(found->value))
		return true;
	if (o->accept_on_close && is_closer(truth, found))
		return true;
	if ((o->accept_on_close || o->no_accept_hook) && is_null(found->value) &&
	    !strcmp(found->name, "accept_wait_ns"))
		return true;
	return o->no_accept_hook && owner && !strcmp(owner, "accept") && is_owner(found->name) &&
	       is_nobody(found);
}

static bool is_asked(const struct options *o, const char *name)
{
	return !o->fields || has_word(o->fields, name, ',');
}

static bool has_wrong(const struct options *o, const struct fields *truth,
		      const struct fields *record)
{
	for (size_t i = 0; i < record->count; i++) {
		const struct field *found = &record->list[i];
		const char *expected = fields_get(truth, found->name);

		if (expected && found->kind != KIND_NONE && is_asked(o, found->name) &&
		    !is_true(expected, found) && !is_excused(o, truth, found))
			return true;
	}
	return false;
}

/* True if all that is wrong is unknown, and accept(2) would have told it. Counted by the tracer. */
static bool is_skipped(const struct options *o, const struct fields *truth,
		       const struct fields *record)
{
	static uint64_t skipped;
	struct options without = *o;

	without.no_accept_hook = true;
	if (skipped == o->accept_skipped || !has_wrong(o, truth, record) ||
	    has_wrong(&without, truth, record))
		return false;
	skipped++;
	printf("the kernel skipped the accept hook: %s\n", record->text);
	return true;
}

static bool tell_wrong(const struct options *o, const struct fields *truth,
		       const struct fields *record)
{
	bool wrong = false;

	if (is_skipped(o, truth, record))
		return false;

	for (size_t i = 0; i < record->count; i++) {
		const struct field *found = &record->list[i];
		const char *expected = fields_get(truth, found->name);

		if (!expected || found->kind == KIND_NONE || !is_asked(o, found->name) ||
		    is_true(expected, found) || is_excused(o, truth, found))
			continue;
		printf("wrong: %s: expected %s, found %s, in %s\n", found->name, expected,
		       found->value, record->text);
		wrong = true;
	}
	/* Fields that a JSON record must have unless they are told on request only, but lacks. */
	for (size_t i = 0; i < truth->count && o->format == FORMAT_JSON; i++) {
		if (!is_asked(o, truth->list[i].name) || fields_get(record, truth->list[i].name) ||
		    !strcmp(truth->list[i].name, "closer") || key_is_extra(truth->list[i].name))
			continue;
		printf("wrong: %s: expected %s, but it is not there, in %s\n", truth->list[i].name,
		       truth->list[i].value, record->text);
		wrong = true;
	}
	return wrong;
}

static bool same_tuple(const struct fields *a, const struct fields *b)
{
	static const char *const ends[] = { "laddr", "lport", "raddr", "rport" };

	for (int i = 0; i < 4; i++) {
		const char *x = fields_get(a, ends[i]), *y = fields_get(b, ends[i]);

		if (!x || !y || strcmp(x, y) != 0)
			return false;
	}
	return true;
}

static bool is_expected(const struct options *o, const struct fields *truth)
{
	for (size_t i = 0; i < o->only_count; i++) {
		const char *equals = strchr(o->only[i], '=');
		char *key = copy_part(o->only[i], (size_t)(equals - o->only[i]));
		const char *value = fields_get(truth, key);

		free(key);
		if (!value || !has_word(value, equals + 1, '|'))
			return false;
	}
	return true;
}

/* The first unused record with these addresses and ports; the lists are sorted by time. */
static struct fields *find(const struct list *records, const struct fields *like)
{
	for (size_t i = 0; i < records->count; i++)
		if (!records->items[i].used && same_tuple(&records->items[i], like))
			return &records->items[i];
	return NULL;
}

/*
 * Another tracer that discovers its layout may use one of our addresses by chance, but in its own
 * network namespace.
 */
static bool is_ours(const struct list *truth, const struct scope *scope,
		    const struct fields *record)
{
	const char *netns = fields_get(record, "netns");
	bool known = false;

	if (!scope_covers(scope, record))
		return false;
	for (size_t i = 0; i < truth->count; i++) {
		const char *ours = fields_get(&truth->items[i], "netns");

		known = known || ours;
		if (ours && netns && !strcmp(ours, netns))
			return true;
	}
	return !known || !netns || is_null(netns);
}

static void compare_truth(const struct options *o, const struct list *truth,
			  const struct scope *scope, const struct list *records, struct tally *t)
{
	for (size_t i = 0; i < truth->count; i++) {
		const struct fields *expected = &truth->items[i];
		struct fields *found;

		if (!is_expected(o, expected))
			continue;
		found = find(records, expected);
		if (!found) {
			printf("missing: %s\n", expected->text);
			t->missing++;
			continue;
		}
		found->used = true;
		if (tell_wrong(o, expected, found))
			t->wrong++;
		else
			t->matched++;
	}
	for (size_t i = 0; i < records->count; i++) {
		if (records->items[i].used || !is_ours(truth, scope, &records->items[i]))
			continue;
		printf("extra: %s\n", records->items[i].text);
		t->extra++;
	}
}

/* --- two tracers --- */

/* Days since 1970, of the Gregorian calendar. */
static int64_t days_since_1970(int year, int month, int day)
{
	const int64_t y = month > 2 ? year : year - 1;
	const int64_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/*
 * Parses a time such as 2026-01-02T03:04:05.678901Z to nanoseconds since 1970; false if malformed.
 */
static bool read_time(const char *text, double *ns)
{
	int year, month, day, hour, minute;
	double second;

	if (sscanf(text, "%d-%d-%dT%d:%d:%lfZ", &year, &month, &day, &hour, &minute, &second) != 6)
		return false;
	*ns = ((double)days_since_1970(year, month, day) * 86400 + hour * 3600 + minute * 60 +
	       second) *
	      1e9;
	return true;
}

static bool is_close(const struct options *o, const struct field *a, const char *b)
{
	double x, y;

	if (has_word("duration_ns,connect_ns,accept_wait_ns", a->name, ',') && !is_null(a->value) &&
	    !is_null(b))
		return llabs(number(a->value) - number(b)) <= o->tolerance_ns;
	/* A hash of the beginning, which each tracer times itself. */
	if (!strcmp(a->name, "id"))
		return !is_null(a->value) && !is_null(b);
	if (has_word("started,ended", a->name, ',') && read_time(a->value, &x) && read_time(b, &y))
		return fabs(x - y) <= (double)o->tolerance_ns;
	return !strcmp(a->value, b);
}

static bool tell_different(const struct options *o, const struct fields *a, const struct fields *b)
{
	bool differs = false;

	for (size_t i = 0; i < a->count; i++) {
		const struct field *f = &a->list[i];
		const char *other = fields_get(b, f->name);

		if (!is_asked(o, f->name) || (other && is_close(o, f, other)) ||
		    (o->unknown && has_word(o->unknown, f->name, ',') &&
		     (is_null(f->value) || (other && is_null(other)))))
			continue;
		printf("wrong: %s: %s and %s, in %s\n", f->name, f->value,
		       other ? other : "not there", a->text);
		differs = true;
	}
	return differs || a->count != b->count;
}

static void compare_records(const struct options *o, const struct list *a, const struct list *b,
			    struct tally *t)
{
	for (size_t i = 0; i < a->count; i++) {
		struct fields *other = find(b, &a->items[i]);

		if (!other) {
			printf("missing: %s\n", a->items[i].text);
			t->missing++;
			continue;
		}
		other->used = true;
		if (tell_different(o, &a->items[i], other))
			t->wrong++;
		else
			t->matched++;
	}
	for (size_t i = 0; i < b->count; i++) {
		if (b->items[i].used)
			continue;
		printf("extra: %s\n", b->items[i].text);
		t->extra++;
	}
}

/* --- comparing lists --- */

static FILE *open_file(const char *name)
{
	FILE *file = fopen(name, "re");

	if (!file)
		fail("%s: %s", name, strerror(errno));
	return file;
}

/* Records of several CPUs arrive slightly out of order. */
static int by_end(const void *a, const void *b)
{
	const char *x = fields_get(a, "ended"), *y = fields_get(b, "ended");

	return x && y ? strcmp(x, y) : 0;
}

static void read_records(const struct options *o, struct list *to, const char *name)
{
	FILE *file = open_file(name);

	records_read(to, file, o->format, name);
	fclose(file);
	if (o->format == FORMAT_JSON && to->count)
		qsort(to->items, to->count, sizeof(*to->items), by_end);
}

static void read_truth(struct list *to, struct scope *scope, const char *name)
{
	FILE *file = open_file(name);

	truth_read(to, scope, file, name);
	fclose(file);
}

static _Noreturn void bad_usage(void)
{
	fputs(usage, stderr);
	exit(2);
}

static enum format format_of(const char *word)
{
	if (!strcmp(word, "json"))
		return FORMAT_JSON;
	if (!strcmp(word, "csv"))
		return FORMAT_CSV;
	if (!strcmp(word, "table") || !strcmp(word, "wide"))
		return FORMAT_TABLE;
	bad_usage();
}

/* Takes an option with a value; returns false if the name is none. */
static bool take_value(struct options *o, const char *name, const char *value)
{
	if (!value)
		return false;
	if (!strcmp(name, "--format"))
		o->format = format_of(value);
	else if (!strcmp(name, "--fields"))
		o->fields = value;
	else if (!strcmp(name, "--unknown"))
		o->unknown = value;
	else if (!strcmp(name, "--accept-skipped"))
		o->accept_skipped = (uint64_t)number(value);
	else if (!strcmp(name, "--tolerance"))
		o->tolerance_ns = number(value);
	else if (!strcmp(name, "--only") && strchr(value, '=') && o->only_count < FILTERS_MAX)
		o->only[o->only_count++] = value;
	else
		return false;
	return true;
}

/* Parses the options. Returns the first word that is not an option. */
static char **take_options(struct options *o, char **word)
{
	for (; *word && !strncmp(*word, "--", 2); word++) {
		if (!strcmp(*word, "--records"))
			o->records = true;
		else if (!strcmp(*word, "--no-accept-hook"))
			o->no_accept_hook = true;
		else if (!strcmp(*word, "--accept-on-close"))
			o->accept_on_close = true;
		else if (take_value(o, word[0], word[1]))
			word++;
		else
			bad_usage();
	}
	return word;
}

int main(int argc, char *argv[])
{
	struct options o = { .tolerance_ns = 1000000 };
	struct list first = { .count = 0 }, second = { .count = 0 };
	struct scope scope = { .count = 0 };
	struct tally t = { .matched = 0 };
	char **word = take_options(&o, argv + 1);

	if (argv + argc - word != 2)
		bad_usage();
	read_records(&o, &second, word[1]);
	if (o.records) {
		read_records(&o, &first, word[0]);
		compare_records(&o, &first, &second, &t);
	} else {
		read_truth(&first, &scope, word[0]);
		compare_truth(&o, &first, &scope, &second, &t);
	}
	printf("%zu matched, %zu missing, %zu extra, %zu wrong\n", t.matched, t.missing, t.extra,
	       t.wrong);
	return !t.matched || t.missing || t.extra || t.wrong;
}
