// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "records.h"

#include <stdlib.h>
#include <string.h>

/* --- JSON: flat objects of strings, numbers and words --- */

static _Noreturn void bad_json(const char *line, const char *at)
{
	fail("this is not a flat JSON object, from '%.20s' on: %s", at, line);
}

static char *put_utf8(char *to, unsigned long c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

/* Parses the string that begins after a quote; *end is set to after the closing quote. */
static char *json_string(const char *line, const char *at, const char **end)
{
	static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	char *string = copy(at), *to = string;

	for (; *at != '"'; at++) {
		const char *name;

		if (!*at)
			bad_json(line, at);
		if (*at != '\\') {
			*to++ = *at;
			continue;
		}
		at++;
		name = *at ? strchr(names, *at) : NULL;
		if (name) {
			*to++ = meant[name - names];
		} else if (*at == 'u' && strlen(at) > 4) {
			const char digits[] = { at[1], at[2], at[3], at[4], '\0' };

			to = put_utf8(to, strtoul(digits, NULL, 16));
			at += 4;
		} else {
			bad_json(line, at);
		}
	}
	*to = '\0';
	*end = at + 1;
	return string;
}

static void read_json(struct fields *f, const char *line)
{
	const char *at = line;

	if (*at++ != '{')
		bad_json(line, line);
	while (*at != '}') {
		char *name, *value;

		if (*at++ != '"')
			bad_json(line, at - 1);
		name = json_string(line, at, &at);
		if (*at++ != ':')
			bad_json(line, at - 1);
		if (*at == '"') {
			value = json_string(line, at + 1, &at);
		} else if (*at == '{' || *at == '[') {
			bad_json(line, at);
		} else {
			value = copy_part(at, strcspn(at, ",}"));
			if (!*value)
				bad_json(line, at);
			at += strlen(value);
		}
		fields_add(f, name, value, KIND_TEXT);
		if (*at == ',')
			at++;
		else if (*at != '}')
			bad_json(line, at);
	}
	if (at[1])
		bad_json(line, at + 1);
}

/* --- columns --- */

/* The columns in order. */
struct header {
	struct column columns[FIELDS_MAX];
	size_t count;
	size_t comm;	    /* the index of COMM */
	size_t comm_behind; /* in a table, the offset of COMM from the start of the previous cell */
};

static void header_add(struct header *h, const char *title, size_t length)
{
	struct column *column = &h->columns[h->count];

	if (!column_find(column, title, length))
		fail("'%.*s' is not a column that is known", (int)length, title);
	if (!strcmp(column->name, "comm"))
		h->comm = h->count;
	h->count++;
}

static void header_read(struct header *h, const char *line, const char *separators)
{
	h->count = 0;
	h->comm = FIELDS_MAX;
	for (const char *at = line; *at;) {
		const char *cell = at;
		size_t length = strcspn(at, separators);

		header_add(h, at, length);
		at += length;
		at += strspn(at, separators);
		if (h->comm == FIELDS_MAX)
			h->comm_behind = (size_t)(at - cell);
	}
	if (h->comm == FIELDS_MAX)
		fail("this header has no COMM: %s", line);
}

static void add_cell(struct fields *f, const struct header *h, size_t n, char *value)
{
	const struct column *column = &h->columns[n];
	const bool is_pid = !strcmp(column->name, "pid");

	if (!strcmp(value, is_pid ? "0" : "-")) {
		free(value);
		value = copy("null");
	}
	fields_add(f, copy(column->name), value, column->kind);
}

/* Parses a cell that may be quoted, with doubled quotes; *end is set to after it. */
static char *csv_cell(const char *at, const char **end)
{
	char *cell = copy(at), *to = cell;

	if (*at != '"') {
		size_t length = strcspn(at, ",");

		cell[length] = '\0';
		*end = at + length;
		return cell;
	}
	for (at++; *at; at++) {
		if (*at == '"' && *++at != '"')
			break;
		*to++ = *at;
	}
	*to = '\0';
	*end = at;
	return cell;
}

static void read_csv(struct fields *f, const struct header *h, const char *line)
{
	const char *at = line;

	for (size_t i = 0; i < h->count; i++) {
		if (i && *at++ != ',')
			fail("too few cells: %s", line);
		add_cell(f, h, i, csv_cell(at, &at));
	}
	if (*at)
		fail("too many cells: %s", line);
}

/* Takes a word from the left. */
static char *left_word(char **at)
{
	char *word = *at + strspn(*at, " ");
	size_t length = strcspn(word, " ");

	*at = word + length;
	return copy_part(word, length);
}

/* Takes a word from the right. */
static char *right_word(const char *begin, char **end)
{
	char *last = *end;

	while (last > begin && last[-1] == ' ')
		last--;
	*end = last;
	while (*end > begin && (*end)[-1] != ' ')
		(*end)--;
	return copy_part(*end, (size_t)(last - *end));
}

/* COMM may contain blanks. The words left and right of it are taken first; COMM is the rest. */
static void read_table(struct fields *f, const struct header *h, char *line)
{
	char *words[FIELDS_MAX], *end = line + strlen(line);
	size_t length, behind = 0;

	for (size_t i = 0; i < h->comm; i++) {
		words[i] = left_word(&line);
		behind = strlen(words[i]);
	}
	for (size_t i = h->count; --i > h->comm;)
		words[i] = right_word(line, &end);
	/* The previous cell may be padded, and COMM may begin with blanks. */
	if (h->comm)
		line += behind < h->comm_behind ? h->comm_behind - behind : 1;
	length = (size_t)(end - line);
	if (end < line || (length && end[-1] != ' '))
		fail("too few cells: %s", f->text);
	while (length && line[length - 1] == ' ')
		length--;
	words[h->comm] = copy_part(line, length);
	for (size_t i = 0; i < h->count; i++)
		add_cell(f, h, i, words[i]);
	f->list[h->comm].kind = KIND_CUT;
}

/* --- files --- */

/* Returns the next line without its newline, or NULL at the end. Valid until the next call. */
static char *next_line(FILE *from, const char *name)
{
	static char *line;
	static size_t size;
	ssize_t length = getline(&line, &size, from);

	if (length < 0) {
		if (ferror(from))
			fail("cannot read %s", name);
		return NULL;
	}
	if (!length || line[length - 1] != '\n')
		fail("the last line of %s is not complete: %s", name, line);
	line[length - 1] = '\0';
	return line;
}

static void read_json_line(struct list *to, const char *line)
{
	struct fields *f = list_add(to);
	const char *type;

	f->text = copy(line);
	read_json(f, line);
	type = fields_get(f, "type");
	if (!type || strcmp(type, "session") != 0)
		to->count--;
}

void records_read(struct list *to, FILE *from, enum format format, const char *name)
{
	struct header header = { .count = 0 };
	char *line;

	while ((line = next_line(from, name))) {
		struct fields *f;

		if (format == FORMAT_JSON) {
			read_json_line(to, line);
		} else if (!header.count) {
			header_read(&header, line, format == FORMAT_CSV ? "," : " ");
		} else {
			f = list_add(to);
			f->text = copy(line);
			if (format == FORMAT_CSV)
				read_csv(f, &header, line);
			else
				read_table(f, &header, line);
		}
	}
	if (format != FORMAT_JSON && !header.count)
		fail("%s has no header", name);
}

/* "127.5.0.0/16" becomes "127.5.", and "fd12:3456:789a::/48" becomes "fd12:3456:789a:". */
static void scope_read(struct scope *scope, char *line)
{
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
		char *end = strstr(word, ".0.0/16");

		if (!end)
			end = strstr(word, "::/48");
		if (!end || scope->count == 4)
			fail("this is not a scope: %s", word);
		scope->prefixes[scope->count++] = copy_part(word, (size_t)(end - word) + 1);
	}
}

bool scope_covers(const struct scope *scope, const struct fields *record)
{
	static const char *const ends[] = { "laddr", "raddr" };

	for (size_t i = 0; i < scope->count; i++) {
		for (int end = 0; end < 2; end++) {
			const char *address = fields_get(record, ends[end]);
			const char *prefix = scope->prefixes[i];

			if (address && !strncmp(address, prefix, strlen(prefix)))
				return true;
		}
	}
	return false;
}

static void read_truth_line(struct fields *f, char *line)
{
	f->text = copy(line);
	for (char *word = strtok(line, "\t"); word; word = strtok(NULL, "\t")) {
		char *equals = strchr(word, '=');

		if (!equals)
			fail("this is not key=value: %s", word);
		*equals = '\0';
		fields_add(f, copy(word), copy(equals + 1), KIND_TEXT);
	}
}

void truth_read(struct list *to, struct scope *scope, FILE *from, const char *name)
{
	char *line;

	while ((line = next_line(from, name))) {
		if (!strncmp(line, "# scope ", 8))
			scope_read(scope, line + 8);
		else if (*line != '#')
			read_truth_line(list_add(to), line);
	}
	if (!scope->count)
		fail("%s has no '# scope' line", name);
}
