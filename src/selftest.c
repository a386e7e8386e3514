// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "selftest.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/check.h"
#include "cli/version.h"
#include "selftest_findings.h"
#include "selftest_play.h"
#include "session/pidns.h"
#include "trace/choice.h"
#include "trace/feed.h"

#define PATIENCE_NS	   2000000000 /* for records, once the sessions have ended */
#define LOOK_EVERY_US	   10000
#define CHANGES_PER_REFUSE 2

struct selftest {
	const struct options *options;
	struct choice choice;
	struct feed *feed;
	struct players *players;
	uint32_t pids[PLAY_ENDS]; /* as in records; 0: cannot be known */
	struct findings findings;
	int64_t cost_ns;       /* of a state change; -1: unknown */
	int64_t refused_ns[2]; /* of a refused connection: without tracing, with it; 0: unknown */
	struct losses losses;
	char why[1024]; /* "" until something fails */
};

static void on_session(void *arg, const struct session *session)
{
	struct selftest *test = arg;

	findings_take(&test->findings, session);
}

static void drain(void *arg)
{
	struct selftest *test = arg;
	const int error = feed_drain(test->feed);

	if (error && !*test->why)
		snprintf(test->why, sizeof(test->why), "cannot take records from the kernel: %s",
			 strerror(-error));
}

/* The sessions have ended; their records may still be on the way. */
static void await_records(struct selftest *test)
{
	const unsigned expected = findings_expected(&test->findings);
	const int64_t until = clock_now_ns() + PATIENCE_NS;

	drain(test);
	while (!*test->why && findings_seen(&test->findings) < expected && clock_now_ns() < until) {
		usleep(LOOK_EVERY_US);
		drain(test);
	}
}

/* Learns the players' PIDs as records have them. */
static void pids_learn(struct selftest *test)
{
	for (enum play_end end = 0; end < PLAY_ENDS; end++)
		test->pids[end] = (uint32_t)players_pid(test->players, end);
	if (pidns_differs() && (!pidns_proc() || pidns_translate(test->pids, PLAY_ENDS)))
		memset(test->pids, 0, sizeof(test->pids));
}

static bool start(struct selftest *test)
{
	/* How to trace is up to the options, but not which sessions. Const would cost 30 KB of
	 * zeros. */
	static struct scope all;
	static struct filter none;
	struct trace_request asked = options_trace(test->options);
	const struct feed_request request = {
		.scope = &all,
		.filter = &none,
		.fn = on_session,
		.arg = test,
	};

	test->players = players_new();
	test->feed = feed_new(&request);
	if (!test->players || !test->feed) {
		snprintf(test->why, sizeof(test->why), "cannot play sessions on loopback: %s",
			 strerror(errno));
		return false;
	}
	pids_learn(test);
	asked.scope = &all;
	if (!choice_make(&test->choice, &asked)) {
		choice_why(&test->choice, test->why, sizeof(test->why));
		return false;
	}
	feed_start(test->feed, &test->choice);
	choice_settle();
	return true;
}

static void ignore(void *arg)
{
	(void)arg;
}

static void measure(struct selftest *test)
{
	const int64_t *took = test->refused_ns;

	test->refused_ns[1] = players_refused_ns(test->players, drain, test);
	tracer_detach(test->choice.tracer);
	drain(test);
	feed_end(test->feed);
	tracer_losses(test->choice.tracer, &test->losses);
	test->refused_ns[0] = players_refused_ns(test->players, ignore, NULL);
	if (took[0] && took[1])
		test->cost_ns = took[1] > took[0] ? (took[1] - took[0]) / CHANGES_PER_REFUSE : 0;
}

static void expect(struct selftest *test)
{
	for (unsigned n = 0; n < PLAYS; n++) {
		const uint16_t ports[PLAY_ENDS] = {
			[PLAY_CLIENT] = players_port(test->players, n, PLAY_CLIENT),
			[PLAY_SERVER] = players_port(test->players, n, PLAY_SERVER),
		};

		if (players_has(test->players, n))
			findings_expect(&test->findings, n, ports, test->pids);
	}
}

static void play_and_judge(struct selftest *test)
{
	const int64_t began = clock_now_ns();
	const int error = players_play(test->players);
	const int64_t took = clock_now_ns() - began;

	if (error) {
		snprintf(test->why, sizeof(test->why), "cannot play sessions on loopback: %s",
			 strerror(error));
		return;
	}
	expect(test);
	await_records(test);
	measure(test);
	findings_judge(&test->findings, took);
}

static void print_findings(FILE *out, const struct selftest *test)
{
	findings_print(out, &test->findings);
	if (test->cost_ns >= 0)
		fprintf(out,
			"\nA state change costs %lld ns more: a refused connection takes %lld ns, "
			"%lld without tracing\n",
			(long long)test->cost_ns, (long long)test->refused_ns[1],
			(long long)test->refused_ns[0]);
	if (!losses_none(&test->losses))
		losses_print(out, &test->losses, false);
	fprintf(out, "%u of %u records are right\n", findings_right(&test->findings),
		findings_expected(&test->findings));
}

static void print_text(FILE *out, const struct selftest *test)
{
	version_print(out, false);
	fprintf(out, "Linux %s %s\n", test->choice.facts.release, test->choice.facts.machine);
	check_print_plan(out, &test->choice);
	if (test->choice.chosen)
		check_print_chosen(out, &test->choice);
	if (*test->why)
		fprintf(out, "\nThe test cannot be made: %s\n", test->why);
	else
		print_findings(out, test);
}

static void print_json(FILE *out, const struct selftest *test, bool right)
{
	char buffer[4096];
	struct text t;

	text_init(&t, buffer, sizeof(buffer));
	JSON_LITERAL(&t, "{\"type\":\"self-test\",\"schema\":" SCHEMA);
	JSON_KEY(&t, "version");
	json_put_word(&t, TCPLIFE_VERSION);
	JSON_KEY(&t, "release");
	text_put_json_name(&t, test->choice.facts.release);
	JSON_KEY(&t, "probe");
	json_put_word(&t, test->choice.chosen ? test->choice.chosen->hook->name : NULL);
	JSON_KEY(&t, "right");
	text_put_string(&t, right ? "true" : "false");
	JSON_KEY(&t, "why");
	json_put_name(&t, *test->why ? test->why : NULL);
	JSON_KEY(&t, "change_ns");
	json_put_known(&t, test->cost_ns);
	JSON_KEY(&t, "records");
	if (*test->why)
		JSON_LITERAL(&t, "[]");
	else
		findings_put_json(&t, &test->findings);
	JSON_LITERAL(&t, "}\n");
	fwrite(buffer, 1, text_length(&t), out);
}

bool selftest_run(FILE *out, const struct options *options)
{
	static struct selftest test;
	bool right;

	test = (struct selftest){ .options = options, .cost_ns = -1 };
	if (start(&test))
		play_and_judge(&test);
	right = !*test.why && findings_passed(&test.findings);
	if (options->output.format == FORMAT_JSON)
		print_json(out, &test, right);
	else
		print_text(out, &test);
	choice_free(&test.choice);
	feed_free(test.feed);
	players_free(test.players);
	return right;
}
