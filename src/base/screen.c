// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "screen.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* The other page and no cursor; lines that are too long are cut, not continued. */
#define ENTER "\033[?1049h\033[?25l\033[?7l\033[2J"
/* A terminal without a second page is left with its cursor at the bottom. */
#define LEAVE "\033[0m\033[?7h\033[?25h\033[999;1H\033[K\033[?1049l"

static struct termios saved; /* the terminal before screen_enter() */
static bool is_shown;
static bool has_keys;

bool screen_resize(struct screen *s)
{
	struct winsize size = { 0 };
	const struct screen before = *s;

	if (isatty(STDOUT_FILENO))
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	s->rows = size.ws_row ? size.ws_row : 24;
	s->columns = size.ws_col ? size.ws_col : 80;
	return s->rows != before.rows || s->columns != before.columns;
}

static void on_crash(int signal)
{
	/* Nothing can be done if this fails. */
	if (is_shown && write(STDOUT_FILENO, LEAVE, sizeof(LEAVE) - 1) > 0 && has_keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	raise(signal);
}

static void watch_crashes(void)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
	const struct sigaction action = {
		.sa_handler = on_crash,
		.sa_flags = SA_RESETHAND | (int)SA_NODEFER,
	};

	for (size_t i = 0; i < sizeof(crashes) / sizeof(*crashes); i++)
		sigaction(crashes[i], &action, NULL);
}

struct screen screen_find(void)
{
	const char *kind = getenv("TERM");
	struct screen s = {
		.works = isatty(STDOUT_FILENO) && kind && *kind && strcmp(kind, "dumb") != 0,
	};

	if (s.works)
		watch_crashes();
	s.has_keys = s.works && !tcgetattr(STDIN_FILENO, &saved);
	screen_resize(&s);
	return s;
}

void screen_enter(const struct screen *s, struct text *t)
{
	struct termios raw = saved;

	if (!s->works)
		return;
	is_shown = true;
	has_keys = s->has_keys;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = raw.c_cc[VTIME] = 0;
	/* Ctrl-Z is a key: the page is left before we stop. */
	raw.c_cc[VSUSP] = _POSIX_VDISABLE;
	if (s->has_keys) {
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
		/* What was typed before was not meant for the page. */
		tcflush(STDIN_FILENO, TCIFLUSH);
	}
	text_put_string(t, ENTER);
}

void screen_leave(const struct screen *s, struct text *t)
{
	if (!s->works)
		return;
	is_shown = false;
	text_put_string(t, LEAVE);
	if (s->has_keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

static void move_to(struct text *t, size_t row)
{
	text_put_string(t, "\033[");
	text_put_number(t, row + 1);
	text_put_string(t, ";1H");
}

void screen_row(struct text *t, size_t row)
{
	move_to(t, row);
	text_put_string(t, "\033[K");
}

void screen_clear_below(struct text *t, size_t row)
{
	move_to(t, row);
	text_put_string(t, "\033[J");
}

/* The key of a sequence without its introducer: its last byte, and its number if that is '~'. */
static int key_of(char last, int number)
{
	static const struct {
		char last;
		int number;
		int key;
	} keys[] = {
		{ 'A', 0, KEY_UP },	   { 'B', 0, KEY_DOWN }, { 'C', 0, KEY_RIGHT },
		{ 'D', 0, KEY_LEFT },	   { 'H', 0, KEY_HOME }, { 'F', 0, KEY_END },
		{ '~', 1, KEY_HOME },	   { '~', 4, KEY_END },	 { '~', 5, KEY_PAGE_UP },
		{ '~', 6, KEY_PAGE_DOWN }, { '~', 7, KEY_HOME }, { '~', 8, KEY_END },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].last == last && (last != '~' || keys[i].number == number))
			return keys[i].key;
	return KEY_NONE;
}

int screen_key(const char **bytes, const char *end)
{
	const char *at = *bytes;
	int number = 0;

	if (at == end)
		return KEY_NONE;
	if (*at != '\033' || at + 1 == end || (at[1] != '[' && at[1] != 'O')) {
		*bytes = at + 1;
		return (unsigned char)*at;
	}
	for (at += 2; at < end && *at >= ' ' && *at < '@'; at++)
		if (*at >= '0' && *at <= '9' && number < 100)
			number = number * 10 + *at - '0';
	*bytes = at < end ? at + 1 : end;
	return at < end ? key_of(*at, number) : KEY_NONE;
}
