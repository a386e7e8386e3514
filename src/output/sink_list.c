// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Lists the sessions that are open, once: those that have moved most come first. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "page.h"
#include "sink.h"
#include "values.h"
#include "writer_format.h"

struct list {
	struct sink sink; /* must be first */
	struct page page;
	bool table; /* else in the writer's format */
};

static struct list *list_of(const struct sink *sink)
{
	return (struct list *)sink;
}

static void list_add(struct sink *sink, const struct session *s)
{
	view_add(list_of(sink)->page.view, s);
}

/* --- groups, as JSON and CSV --- */

/* What a group has besides its keys and the number of its sessions. */
static const char *const sums[] = {
	"tx_bytes", "rx_bytes", "duration_ns", "age_known", "rtt_us", "retrans",
};

static const struct field *sum(size_t i)
{
	return i < sizeof(sums) / sizeof(*sums) ? field_by_key(sums[i]) : NULL;
}

static void put_object(struct text *t, const struct groups_by *by, const struct view_row *group,
		       int64_t time_ns)
{
	const struct field *f;

	JSON_LITERAL(t, "{\"type\":\"group\",\"schema\":" SCHEMA);
	JSON_KEY(t, "time");
	json_put_time(t, true, time_ns);
	for (unsigned i = 0; i < by->count; i++) {
		text_put_string(t, by->keys[i]->json);
		value_put_json(t, by->keys[i], &group->s);
	}
	JSON_KEY(t, "sessions");
	text_put_number(t, group->sessions);
	for (size_t i = 0; (f = sum(i)); i++) {
		text_put_string(t, f->json);
		value_put_json(t, f, &group->s);
	}
	JSON_LITERAL(t, "}\n");
}

static void put_cell(struct text *t, const struct field *f, const struct view_row *group)
{
	const size_t from = text_length(t);

	value_put_cell(t, f, &group->s, SIZE_MAX);
	if (f->type == VALUE_NAME || f->type == VALUE_PATH || f->type == VALUE_STRING)
		csv_end_name(t, from);
}

/* group: NULL for the header. */
static void put_line(struct text *t, const struct groups_by *by, const struct view_row *group)
{
	const struct field *f;

	for (unsigned i = 0; i < by->count; i++) {
		if (group)
			put_cell(t, by->keys[i], group);
		else
			text_put_capitals(t, by->keys[i]->key);
		text_put_char(t, ',');
	}
	if (group)
		text_put_number(t, group->sessions);
	else
		text_put_string(t, "SESSIONS");
	for (size_t i = 0; (f = sum(i)); i++) {
		if (!f->column.title)
			continue;
		text_put_char(t, ',');
		if (group)
			put_cell(t, f, group);
		else
			text_put_string(t, f->column.title);
	}
	text_put_char(t, '\n');
}

static void write_groups(const struct page *page, struct writer *writer, size_t count)
{
	const struct groups_by *by = &page->order.by;
	const bool objects = writer_has_objects(writer);
	const int64_t time_ns = clock_wall_ns();

	if (!objects && page->header && outlet_is_fresh(writer_outlet(writer)))
		put_line(writer_room(writer), by, NULL);
	for (size_t i = 0; i < count; i++) {
		const struct view_row *group = view_row(page->view, i);

		if (objects)
			put_object(writer_room(writer), by, group, time_ns);
		else
			put_line(writer_room(writer), by, group);
	}
}

/* --- the sink --- */

static void write_sessions(const struct page *page, struct writer *writer, size_t count)
{
	writer_start(writer);
	for (size_t i = 0; i < count; i++)
		writer_add(writer, &view_row(page->view, i)->s);
}

static void list_end(struct sink *sink, int64_t now_ns)
{
	struct list *list = list_of(sink);
	struct page *page = &list->page;

	view_turn(page->view, now_ns);
	if (list->table)
		page_write(page, sink->writer);
	else if (page->order.by.count)
		write_groups(page, sink->writer, view_arrange(page->view, &page->order, SIZE_MAX));
	else
		write_sessions(page, sink->writer,
			       view_arrange(page->view, &page->order, SIZE_MAX));
	writer_flush(sink->writer);
}

static void list_free(struct sink *sink)
{
	page_free(&list_of(sink)->page);
	free(sink);
}

struct sink *sink_list_new(const struct output_request *request, struct writer *writer,
			   int64_t now_ns)
{
	static const struct sink_ops ops = {
		.add = list_add,
		.end = list_end,
		.free = list_free,
	};
	struct list *list = malloc(sizeof(*list));

	if (!list)
		return NULL;
	*list = (struct list){
		.sink = { .ops = &ops, .writer = writer },
		.table = request->format == FORMAT_TABLE,
	};
	if (page_init(&list->page, request, writer, VIEW_LIST, now_ns))
		return &list->sink;
	free(list);
	return NULL;
}
