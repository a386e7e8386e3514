// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Writes any records, as sessions and as statistics, in every format. Each line must conform to its
 * format and be safe to show.
 *
 * The input tells the format, the known fields and the clock's offset; then follow records, each
 * with a cgroup path and a NUL.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "output/report.h"
#include "session/session.h"
#include "cli/options.h"
#include "output/writer.h"

#define RECORDS_MOST 16
#define CGROUP_MOST  1000 /* PATH_LONGEST of cgroups.c */
#define OUTPUT_MOST  (1U << 20)
#define TIME_MOST    ((UINT64_C(1) << 61) - 1)

static const struct {
	enum output_format format;
	bool stats;
	const char *words[6];
} formats[] = {
	{ FORMAT_TABLE, false, { NULL } },
	{ FORMAT_TABLE, false, { "-twTx", "--color=always" } },
	{ FORMAT_CSV, false, { "-s" } },
	{ FORMAT_CSV, false, { "-sxtT" } },
	{ FORMAT_JSON, false, { "-j" } },
	{ FORMAT_TABLE, true, { "--stats", "--by=comm,raddr,end" } },
	{ FORMAT_JSON,
	  true,
	  { "--stats", "-j", "--by=port,dir,lport,rport,raddr,pid,comm,uid,end,netns" } },
};

static void parse(struct options *o, const char *const *words)
{
	static char name[] = "tcplife";
	char error[OPTIONS_ERROR_SIZE], *argv[8] = { name };
	int argc = 1;

	for (; *words; words++)
		memcpy(&argv[argc++], words, sizeof(*words)); /* they are not written to */
	MUST(options_parse(o, argc, argv, error, sizeof(error)) == OPTIONS_RUN);
}

/* --- checking JSON --- */

static const char *json_string(const char *at, const char *end)
{
	MUST(at < end && *at == '"');
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\') {
			at++;
			MUST(at < end && *at && strchr("\"\\u", *at));
			for (int digits = *at == 'u' ? 4 : 0; digits; digits--) {
				at++;
				MUST(at < end && *at && strchr("0123456789abcdef", *at));
			}
		}
	MUST(at < end);
	return at + 1;
}

/* Digits, possibly a fraction, no leading zero. */
static const char *json_number(const char *at, const char *end)
{
	const char *from = at;

	while (at < end && *at >= '0' && *at <= '9')
		at++;
	MUST(at > from && (*from != '0' || at == from + 1));
	if (at < end && *at == '.')
		for (at++; at < end && *at >= '0' && *at <= '9';)
			at++;
	return at;
}

static const char *json_scalar(const char *at, const char *end)
{
	static const char *const words[] = { "null", "true", "false" };

	for (size_t i = 0; i < 3; i++)
		if ((size_t)(end - at) > strlen(words[i]) &&
		    !strncmp(at, words[i], strlen(words[i])))
			return at + strlen(words[i]);
	return *at == '"' ? json_string(at, end) : json_number(at, end);
}

static const char *json_value(const char *at, const char *end)
{
	MUST(at < end);
	if (*at != '[')
		return json_scalar(at, end);
	while (at[1] != ']') {
		at = json_scalar(at + 1, end);
		MUST(at < end && (*at == ',' || *at == ']'));
		if (*at == ']')
			return at + 1;
	}
	return at + 2;
}

/* A flat object; members may be arrays. */
static void check_json(const char *at, const char *end)
{
	MUST(*at == '{');
	do {
		at = json_string(at + 1, end);
		MUST(at < end && *at == ':');
		at = json_value(at + 1, end);
		MUST(at < end);
	} while (*at == ',');
	MUST(*at == '}' && at + 1 == end);
}

/* --- checking the other formats --- */

/* Counts the cells by the rules of RFC 4180. */
static size_t csv_cells(const char *at, const char *end)
{
	size_t cells = 1;

	while (at < end) {
		if (*at == '"') {
			for (at++; at < end && (*at != '"' || (at + 1 < end && at[1] == '"')); at++)
				at += *at == '"';
			MUST(at < end);
			at++;
		} else {
			while (at < end && *at != ',')
				MUST(*at++ != '"');
		}
		if (at == end)
			return cells;
		MUST(*at == ',');
		at++;
		cells++;
	}
	return cells;
}

/* Removes colours; no other escapes may remain. */
static void check_colored(char *line, size_t length)
{
	static const char *const colors[] = { "\033[31m", "\033[0m" };

	for (size_t i = 0; i < 2; i++)
		for (char *at; (at = memmem(line, length, colors[i], strlen(colors[i])));)
			memset(at, ' ', strlen(colors[i]));
	MUST(is_plain(line, length));
}

static void check_line(enum output_format format, char *line, size_t length, size_t columns)
{
	MUST(length < WRITER_ROW);
	switch (format) {
	case FORMAT_JSON:
		MUST(is_plain(line, length));
		check_json(line, line + length);
		break;
	case FORMAT_CSV:
		MUST(is_plain(line, length));
		MUST(csv_cells(line, line + length) == columns);
		break;
	case FORMAT_TABLE:
		check_colored(line, length);
		break;
	}
}

static void check_output(int fd, enum output_format format, bool stats, size_t sessions)
{
	static char output[OUTPUT_MOST];
	const ssize_t length = pread(fd, output, sizeof(output), 0);
	size_t lines = 0, columns = 0;

	MUST(length >= 0 && length < (ssize_t)sizeof(output));
	for (char *line = output, *end; line < output + length; line = end + 1) {
		end = memchr(line, '\n', (size_t)(output + length - line));
		MUST(end != NULL);
		if (!lines && format == FORMAT_CSV)
			columns = csv_cells(line, end);
		check_line(format, line, (size_t)(end - line), columns);
		lines++;
	}
	if (!stats)
		MUST(lines == sessions + (format != FORMAT_JSON));
}

/* --- records --- */

static struct session_view take_view(struct input *in)
{
	struct session_view view = { 0 };
	uint32_t seconds;

	input_take(in, &view.known, sizeof(view.known));
	input_take(in, &seconds, sizeof(seconds));
	/* Not negative: the kernel rejects a clock setting to before its start. */
	view.wall_offset_ns = (int64_t)seconds * 1000000000;
	input_take(in, &seconds, sizeof(seconds));
	view.since_ns = seconds;
	return view;
}

static void take_record(struct input *in, struct record *r)
{
	input_take(in, r, sizeof(*r));
	/* No machine has been up for 73 years. */
	r->born_ns &= TIME_MOST;
	r->established_ns &= TIME_MOST;
	r->closed_ns &= TIME_MOST;
}

static const char *take_cgroup(struct input *in)
{
	static char path[CGROUP_MOST];
	size_t length = 0;

	while (in->left && length + 1 < sizeof(path)) {
		path[length] = (char)input_byte(in);
		if (!path[length++])
			break;
	}
	path[length] = '\0';
	return *path ? path : NULL;
}

static void take_session(struct input *in, const struct session_view *view, struct session *s)
{
	struct record record;

	take_record(in, &record);
	if (record.preexisting & 2)
		session_read_open(s, &record, view, record.preexisting & 4 ? SESSION_COUNTERS : 0);
	else
		session_read(s, &record, view);
	s->cgroup = take_cgroup(in);
	MUST(s->duration_ns >= 0 && s->connect_ns >= -1);
	MUST(s->rtt_us >= -1 && s->retrans >= -1);
	MUST(s->direction <= DIRECTION_IN && s->owner <= OWNER_PROC && s->ending < ENDINGS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct options options;
	struct input in = { data, size };
	const size_t way = input_byte(&in) % (sizeof(formats) / sizeof(*formats));
	const struct session_view view = take_view(&in);
	const int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct report *report = NULL;
	struct writer *writer;
	size_t sessions = 0;

	parse(&options, formats[way].words);
	writer = writer_new(&options.output, outlet_of(fd));
	MUST(fd >= 0 && writer);
	if (formats[way].stats)
		report = report_new(&options.output, writer, 0);
	else
		writer_start(writer);
	while (in.left && sessions++ < RECORDS_MOST) {
		struct session session;

		take_session(&in, &view, &session);
		if (report)
			report_add(report, &session);
		else
			writer_add(writer, &session);
	}
	if (report)
		report_end(report, (int64_t)sessions * 1000000);
	MUST(writer_flush(writer) == WRITER_OK);
	check_output(fd, formats[way].format, report,
		     sessions > RECORDS_MOST ? RECORDS_MOST : sessions);
	report_free(report);
	writer_free(writer);
	close(fd);
	return 0;
}
