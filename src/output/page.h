/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A page of the live view: a line of totals, the column names, as many rows as fit, and a footer.
 */
#ifndef TCPLIFE_PAGE_H
#define TCPLIFE_PAGE_H

#include "base/screen.h"
#include "view.h"
#include "view_columns.h"
#include "writer.h"

struct page {
	struct view *view;
	struct screen screen;
	struct view_order order;
	struct view_columns columns;
	enum view_kind kind;
	bool extended;
	bool header;
	bool held;
	bool help;
	bool typing;	     /* order.text is being typed */
	size_t scroll;	     /* rows above the page */
	size_t most;	     /* rows of a page; SIZE_MAX: all */
	size_t columns_most; /* of the terminal */
};

/* Returns false if out of memory. Free it with page_free(). */
bool page_init(struct page *page, const struct output_request *request, const struct writer *writer,
	       enum view_kind kind, int64_t now_ns);
void page_free(struct page *page);

/* Chooses the columns anew, after order.by has changed. */
void page_choose(struct page *page);
/* Sorts by the next column that is shown, or by the one before if step is -1. */
void page_sort_next(struct page *page, int step);
/* Begins or ends typing a text to filter by. */
void page_type(struct page *page, bool typing);

/* Writes the page. */
void page_write(struct page *page, struct writer *writer);

#endif
