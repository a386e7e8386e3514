// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The order of the live view's rows. */
#include <string.h>

#include "view_columns.h"

static int compare_numbers(int64_t a, int64_t b)
{
	return a > b ? -1 : a < b;
}

static int64_t moved(const struct view_row *row)
{
	const int64_t sent = row->s.live ? row->s.tx_delta : row->s.tx_bytes;
	const int64_t received = row->s.live ? row->s.rx_delta : row->s.rx_bytes;

	return (sent < 0 ? 0 : sent) + (received < 0 ? 0 : received) - (sent < 0 && received < 0);
}

static int compare_paths(const void *a, const void *b)
{
	const char *one = *(const char *const *)a, *other = *(const char *const *)b;

	return strcmp(one ? one : "\xff", other ? other : "\xff");
}

static int compare_fields(const struct field *f, const struct view_row *a, const struct view_row *b)
{
	const void *one = field_at(f, &a->s), *other = field_at(f, &b->s);

	switch ((enum value_type)f->type) {
	case VALUE_NAME:
		return strncmp(one, other, f->bytes);
	case VALUE_PATH:
		return compare_paths(one, other);
	case VALUE_ADDRESS:
		if (a->s.ip != b->s.ip)
			return a->s.ip < b->s.ip ? -1 : 1;
		return memcmp(one, other, a->s.ip == 4 ? 4 : 16);
	default:
		return -compare_numbers(field_number(f, &a->s), field_number(f, &b->s));
	}
}

/* So that rows that are alike keep their order from one look to the next. */
static int compare_identity(const struct session *a, const struct session *b)
{
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (a->lport != b->lport)
		return a->lport < b->lport ? -1 : 1;
	if (a->rport != b->rport)
		return a->rport < b->rport ? -1 : 1;
	return memcmp(a->raddr, b->raddr, sizeof(a->raddr));
}

int view_column_compare(const struct view_column *column, const struct view_row *a,
			const struct view_row *b)
{
	int result = 0;

	if (column && column->field)
		result = compare_fields(column->field, a, b);
	else if (column)
		result = compare_numbers(column->value(a), column->value(b));
	if (!result)
		result = compare_numbers(moved(a), moved(b));
	if (!result)
		result = compare_numbers((int64_t)a->sessions, (int64_t)b->sessions);
	if (!result)
		result = compare_numbers(a->s.tx_bytes + a->s.rx_bytes,
					 b->s.tx_bytes + b->s.rx_bytes);
	return result ? result : compare_identity(&a->s, &b->s);
}
