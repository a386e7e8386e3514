// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Lists the sessions that are open, once: those that have moved most come first. */
#include <stdlib.h>

#include "page.h"
#include "sink.h"

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

static void list_put_losses(struct sink *sink, const struct losses *losses)
{
	(void)sink;
	(void)losses;
}

static void list_end(struct sink *sink, int64_t now_ns)
{
	struct list *list = list_of(sink);
	struct page *page = &list->page;
	size_t count;

	view_turn(page->view, now_ns);
	if (list->table) {
		page_write(page, sink->writer);
	} else {
		writer_start(sink->writer);
		count = view_arrange(page->view, &page->order, SIZE_MAX);
		for (size_t i = 0; i < count; i++)
			writer_add(sink->writer, &view_row(page->view, i)->s);
	}
	writer_flush(sink->writer);
}

static void list_free(struct sink *sink)
{
	view_free(list_of(sink)->page.view);
	free(sink);
}

struct sink *sink_list_new(const struct output_request *request, struct writer *writer,
			   int64_t now_ns)
{
	static const struct sink_ops ops = {
		.add = list_add,
		.put_losses = list_put_losses,
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
