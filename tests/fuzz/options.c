// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parses any command line: the input contains its words, each with a NUL after it. */
#include "cli/options.h"

#include "fuzz.h"

#define WORDS_MOST 32
#define BYTES_MOST 4096

/* An error must be one line that names the word and is safe on a terminal. */
static void check_error(const char *error)
{
	const size_t length = strnlen(error, OPTIONS_ERROR_SIZE);
	static const char advice[] = "; try --help";

	MUST(length > sizeof(advice) && length < OPTIONS_ERROR_SIZE);
	MUST(is_plain(error, length));
	MUST(!strcmp(error + length - strlen(advice), advice));
}

static void check_ports(const struct ports *ports)
{
	MUST(!ports_has(ports, 0));
	for (uint32_t port = 1; port <= UINT16_MAX; port++)
		if (ports_has(ports, (uint16_t)port)) {
			MUST(!ports_empty(ports));
			return;
		}
	MUST(ports_empty(ports));
}

static void check_filter(const struct filter *f)
{
	struct session session = { .ip = 4, .comm = "a*[" };

	for (int ip = 4; ip <= 6; ip += 2) {
		session.ip = (uint8_t)ip;
		MUST(f->on || filter_accepts(f, &session));
		filter_matches(f, &session);
	}
	for (unsigned i = 0; i < f->laddr.count; i++)
		MUST(f->laddr.list[i].bits <= (f->laddr.list[i].ip == 4 ? 32 : 128));
	for (unsigned i = 0; i < f->comm_count; i++)
		MUST(memchr(f->comms[i], '\0', FILTER_COMM));
	MUST(f->min_ns >= 0);
}

static void check_taken(const struct options *o)
{
	MUST(o->scope.family == 0 || o->scope.family == 4 || o->scope.family == 6);
	MUST(o->scope.pid_count <= SCOPE_PIDS);
	for (size_t i = 0; i < o->scope.pid_count; i++) {
		MUST(o->scope.pids[i] && o->scope.pids[i] <= 4194304);
		for (size_t j = 0; j < i; j++)
			MUST(o->scope.pids[i] != o->scope.pids[j]);
	}
	check_ports(&o->scope.local_ports);
	check_ports(&o->scope.remote_ports);
	check_filter(&o->filter);
	MUST(o->output.header < HEADERS && o->output.color < COLORS);
	MUST(o->output.figures.by.count <= FIELDS_MOST);
	MUST(o->max_sessions <= 16777216 && o->buffer_kb <= 1048576);
	MUST((o->btf == BTF_FILE) == (o->btf_file != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct options options;
	static char name[] = "tcplife";
	char words[BYTES_MOST + 1], error[OPTIONS_ERROR_SIZE] = "";
	char *argv[WORDS_MOST + 2] = { name };
	int argc = 1;

	if (size > BYTES_MOST)
		return 0;
	memcpy(words, data, size);
	words[size] = '\0';
	for (size_t at = 0; at < size && argc <= WORDS_MOST; at += strlen(words + at) + 1)
		argv[argc++] = words + at;
	switch (options_parse(&options, argc, argv, error, sizeof(error))) {
	case OPTIONS_ERROR:
		check_error(error);
		break;
	case OPTIONS_RUN:
		check_taken(&options);
		break;
	default:
		break;
	}
	return 0;
}
