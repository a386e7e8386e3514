// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The live view: the sessions that are open, redrawn in place. Without a terminal, page after page.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/screen.h"
#include "page.h"
#include "sink.h"
#include "view.h"

#define FIRST_NS      500000000 /* the first page comes this early, for who waits for it */
#define SILENT_MAX    100	/* empty reads in a row that mean that the terminal is gone */

#define KEY_BACKSPACE 0x7f
#define KEY_ESCAPE    0x1b
#define KEY_STOP      0x1a /* Ctrl-Z */

/* What g groups by, besides what --by says. */
static const char *const groupings[] = { "", "pid,comm", "raddr", "port,dir", "cgroup" };

#define GROUPINGS (sizeof(groupings) / sizeof(*groupings))

struct top {
	struct sink sink; /* must be first */
	struct page page;
	struct groups_by asked; /* --by */
	size_t grouping;	/* in `groupings`; GROUPINGS: what was asked for */
	int64_t interval_ns;
	bool redraw;
	unsigned silent; /* empty reads in a row */
};

static struct top *top_of(const struct sink *sink)
{
	return (struct top *)sink;
}

/* --- pages --- */

static void top_start(struct sink *sink)
{
	struct top *top = top_of(sink);

	screen_enter(&top->page.screen, writer_room(sink->writer));
	writer_flush(sink->writer);
}

static void top_add(struct sink *sink, const struct session *s)
{
	view_add(top_of(sink)->page.view, s);
}

static int64_t top_due(const struct sink *sink)
{
	struct top *top = top_of(sink);

	/* The size is asked for often enough to follow someone who drags a window's corner. */
	if (top->page.screen.works && screen_resize(&top->page.screen))
		top->redraw = true;
	return top->redraw ? 0 : sink->look_ns ? sink->look_ns : INT64_MAX;
}

static void top_tick(struct sink *sink, int64_t now_ns)
{
	struct top *top = top_of(sink);

	if (sink->look_ns && sink->look_ns <= now_ns) {
		view_turn(top->page.view, now_ns);
		sink->look_ns = now_ns + top->interval_ns;
		top->redraw = true;
	}
	if (!top->redraw)
		return;
	top->redraw = false;
	page_write(&top->page, sink->writer);
	writer_flush(sink->writer);
}

/* --- keys --- */

static void group_by(struct top *top, size_t grouping)
{
	struct groups_by *by = &top->page.order.by;
	struct blame unused;

	top->grouping = grouping;
	*by = (struct groups_by){ .count = 0 };
	if (grouping == GROUPINGS)
		*by = top->asked;
	else if (*groupings[grouping])
		groups_by_add(by, groupings[grouping], &unused);
	page_choose(&top->page);
}

static void hold(struct top *top)
{
	top->page.held = !top->page.held;
	/* What ends meanwhile is counted. */
	top->sink.look_ns = top->page.held ? 0 : 1;
}

/* Leaves the page, stops, and comes back once we are continued. */
static void stop(struct top *top)
{
	struct writer *writer = top->sink.writer;

	screen_leave(&top->page.screen, writer_room(writer));
	writer_flush(writer);
	raise(SIGSTOP);
	/* cppcheck-suppress unreachableCode ; we go on once we are continued */
	screen_enter(&top->page.screen, writer_room(writer));
}

static void scroll(struct page *page, long rows)
{
	page->scroll = rows < 0 && page->scroll < (size_t)-rows ? 0 : page->scroll + (size_t)rows;
}

static void take_command(struct top *top, int key)
{
	struct page *page = &top->page;
	const long half = page->screen.rows > 8 ? (long)page->screen.rows - 5 : 3;

	switch (key) {
	case 'q':
		top->sink.over = true;
		break;
	case ' ':
		hold(top);
		break;
	case 's':
	case KEY_RIGHT:
		page_sort_next(page, 1);
		break;
	case 'S':
	case KEY_LEFT:
		page_sort_next(page, -1);
		break;
	case 'r':
		page->order.reverse = !page->order.reverse;
		break;
	case 'g':
		group_by(top, (top->grouping + 1) % (GROUPINGS + (top->asked.count > 0)));
		break;
	case '/':
		page_type(page, true);
		break;
	case '?':
	case 'h':
		page->help = true;
		break;
	case KEY_UP:
		scroll(page, -1);
		break;
	case KEY_DOWN:
		scroll(page, 1);
		break;
	case KEY_PAGE_UP:
		scroll(page, -half);
		break;
	case KEY_PAGE_DOWN:
		scroll(page, half);
		break;
	case KEY_HOME:
		page->scroll = 0;
		break;
	case KEY_END:
		page->scroll = SIZE_MAX / 2;
		break;
	case KEY_ESCAPE:
		*page->order.text = '\0';
		break;
	case KEY_STOP:
		stop(top);
		break;
	default:
		break;
	}
}

/* While a text is typed. */
static void take_letter(struct page *page, int key)
{
	const size_t length = strlen(page->order.text);

	if (key == '\n' || key == '\r') {
		page_type(page, false);
	} else if (key == KEY_ESCAPE) {
		*page->order.text = '\0';
		page_type(page, false);
	} else if (key == KEY_BACKSPACE || key == '\b') {
		size_t at = length;

		/* A whole character. */
		while (at && (page->order.text[--at] & 0xc0) == 0x80)
			;
		page->order.text[at] = '\0';
	} else if (key >= ' ' && key <= 0xff && length + 1 < sizeof(page->order.text)) {
		page->order.text[length] = (char)key;
		page->order.text[length + 1] = '\0';
	}
	page->scroll = 0;
}

static void take_key(struct top *top, int key)
{
	if (key == KEY_NONE)
		return;
	if (top->page.typing)
		take_letter(&top->page, key);
	else if (top->page.help)
		top->page.help = false;
	else
		take_command(top, key);
	top->redraw = true;
}

static void top_readable(struct sink *sink)
{
	struct top *top = top_of(sink);
	char bytes[64];
	const ssize_t length = read(sink->fd, bytes, sizeof(bytes));
	const char *at = bytes;

	if (length > 0) {
		top->silent = 0;
		while (at < bytes + length)
			take_key(top, screen_key(&at, bytes + length));
	} else if (!length ? ++top->silent > SILENT_MAX : errno != EINTR && errno != EAGAIN) {
		sink->over = true;
	}
}

/* --- lifecycle --- */

static void top_end(struct sink *sink, int64_t now_ns)
{
	(void)now_ns;
	screen_leave(&top_of(sink)->page.screen, writer_room(sink->writer));
	writer_flush(sink->writer);
}

static void top_free(struct sink *sink)
{
	page_free(&top_of(sink)->page);
	free(sink);
}

struct sink *sink_top_new(const struct output_request *request, struct writer *writer,
			  int64_t now_ns)
{
	static const struct sink_ops ops = {
		.start = top_start,
		.add = top_add,
		.due = top_due,
		.tick = top_tick,
		.readable = top_readable,
		.end = top_end,
		.free = top_free,
	};
	const int64_t interval_ns = (int64_t)request->top_ns;
	struct top *top = malloc(sizeof(*top));

	if (!top)
		return NULL;
	*top = (struct top){
		.sink = { .ops = &ops, .writer = writer, .fd = -1 },
		.asked = request->figures.by,
		.interval_ns = interval_ns,
	};
	if (!page_init(&top->page, request, writer, VIEW_RATES, now_ns)) {
		free(top);
		return NULL;
	}
	top->sink.look_ns = now_ns + (interval_ns < FIRST_NS ? interval_ns : FIRST_NS);
	if (top->page.screen.has_keys)
		top->sink.fd = STDIN_FILENO;
	group_by(top, top->asked.count ? GROUPINGS : 0);
	return &top->sink;
}
