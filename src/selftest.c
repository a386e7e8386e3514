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
#include "selftest_play.h"
#include "session/pidns.h"
#include "trace/choice.h"
#include "trace/feed.h"

#define PATIENCE_NS	   2000000000 /* for records, once the sessions have ended */
#define COARSE_NS	   20000000   /* by how much the coarsest clock may err */
#define LOOK_EVERY_US	   10000
#define CHANGES_PER_REFUSE 2

enum aspect {
	ASPECT_OWNER,
	ASPECT_BYTES,
	ASPECT_ENDING,
	ASPECT_DURATION,
	ASPECTS,
};

enum verdict {
	VERDICT_UNKNOWN, /* the record does not tell */
	VERDICT_RIGHT,
	VERDICT_WRONG,
};

/* What is known of one end of a play. */
struct finding {
	unsigned records; /* 1 is right */
	struct session session;
	enum verdict verdicts[ASPECTS];
};

struct selftest {
	const struct options *options;
	struct choice choice;
	struct feed *feed;
	struct players *players;
	uint32_t pids[PLAY_ENDS]; /* as in records; 0: cannot be known */
	struct finding findings[PLAYS][PLAY_ENDS];
	int64_t play_ns;       /* how long all plays took, that is the longest possible duration */
	int64_t cost_ns;       /* of a state change; -1: unknown */
	int64_t refused_ns[2]; /* of a refused connection: without tracing, with it; 0: unknown */
	struct losses losses;
	char why[1024]; /* "" until something fails */
};

static bool has_session(const struct selftest *test, unsigned play, enum play_end end)
{
	return plays[play].ending[end] != ENDING_UNKNOWN && players_has(test->players, play);
}

static void on_session(void *arg, const struct session *session)
{
	struct selftest *test = arg;

	for (unsigned n = 0; n < PLAYS; n++) {
		for (enum play_end end = 0; end < PLAY_ENDS; end++) {
			struct finding *f = &test->findings[n][end];

			if (has_session(test, n, end) &&
			    session->lport == players_port(test->players, n, end) &&
			    session->rport == players_port(test->players, n, !end) &&
			    session->ip == (plays[n].family == AF_INET6 ? 6 : 4)) {
				f->records++;
				f->session = *session;
			}
		}
	}
}

static enum verdict verdict_of(bool known, bool right)
{
	return !known ? VERDICT_UNKNOWN : right ? VERDICT_RIGHT : VERDICT_WRONG;
}

static void finding_judge(struct finding *f, const struct selftest *test, unsigned n,
			  enum play_end end)
{
	const struct play *play = &plays[n];
	const struct session *s = &f->session;
	const int64_t least = play->bytes[end] ? PLAY_HOLD_NS - COARSE_NS : 0;
	const bool sent = s->tx_bytes >= 0, received = s->rx_bytes >= 0;

	/* An owner that is not known is as wrong as another one: both ends have done it all. */
	f->verdicts[ASPECT_OWNER] =
		verdict_of(true, !strcmp(s->comm, players_comm(end)) &&
					 (!test->pids[end] || s->pid == test->pids[end]));
	f->verdicts[ASPECT_BYTES] = verdict_of(
		sent || received, (!sent || s->tx_bytes == play->bytes[end]) &&
					  (!received || s->rx_bytes == play->bytes[!end]));
	f->verdicts[ASPECT_ENDING] =
		verdict_of(s->ending != ENDING_UNKNOWN, s->ending == play->ending[end]);
	f->verdicts[ASPECT_DURATION] = verdict_of(
		true, s->duration_ns >= least && s->duration_ns <= test->play_ns + COARSE_NS);
}

/* Calls fn for each session that there must be a record of; sums up what it returns. */
static unsigned each_session(const struct selftest *test,
			     unsigned (*fn)(const struct finding *finding))
{
	unsigned sum = 0;

	for (unsigned n = 0; n < PLAYS; n++)
		for (enum play_end end = 0; end < PLAY_ENDS; end++)
			if (has_session(test, n, end))
				sum += fn(&test->findings[n][end]);
	return sum;
}

static unsigned is_expected(const struct finding *finding)
{
	(void)finding;
	return 1;
}

static unsigned is_seen(const struct finding *finding)
{
	return finding->records > 0;
}

static unsigned is_right(const struct finding *finding)
{
	for (enum aspect a = 0; a < ASPECTS; a++)
		if (finding->verdicts[a] == VERDICT_WRONG)
			return 0;
	return finding->records == 1;
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
	const unsigned expected = each_session(test, is_expected);
	const int64_t until = clock_now_ns() + PATIENCE_NS;

	drain(test);
	while (!*test->why && each_session(test, is_seen) < expected && clock_now_ns() < until) {
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

static void play_and_judge(struct selftest *test)
{
	const int64_t began = clock_now_ns();
	const int error = players_play(test->players);

	test->play_ns = clock_now_ns() - began;
	if (error) {
		snprintf(test->why, sizeof(test->why), "cannot play sessions on loopback: %s",
			 strerror(error));
		return;
	}
	await_records(test);
	measure(test);
	for (unsigned n = 0; n < PLAYS; n++)
		for (enum play_end end = 0; end < PLAY_ENDS; end++)
			if (test->findings[n][end].records)
				finding_judge(&test->findings[n][end], test, n, end);
}

static const char *verdict_name(enum verdict verdict)
{
	return verdict == VERDICT_RIGHT ? "right" : verdict == VERDICT_WRONG ? "WRONG" : "-";
}

static const char *end_name(enum play_end end)
{
	return end == PLAY_CLIENT ? "client" : "server";
}

/* What a record says, if it is not right. */
static void print_record(FILE *out, const struct session *s)
{
	fprintf(out, "             says pid %u (%s), sent %lld, received %lld, %s, %.3f ms\n",
		s->pid, s->comm, (long long)s->tx_bytes, (long long)s->rx_bytes,
		ending_name(s->ending), (double)s->duration_ns / 1e6);
}

static void print_finding(FILE *out, const struct finding *f, unsigned n, enum play_end end)
{
	fprintf(out, "  %-11s %-6s", plays[n].name, end_name(end));
	if (!f->records) {
		fputs("  NO RECORD\n", out);
		return;
	}
	for (enum aspect a = 0; a < ASPECTS; a++)
		fprintf(out, "  %-6s", verdict_name(f->verdicts[a]));
	fprintf(out, "  by %s%s\n",
		owner_name(f->session.owner) ? owner_name(f->session.owner) : "-",
		f->records > 1 ? ", MORE THAN ONE RECORD" : "");
	if (!is_right(f))
		print_record(out, &f->session);
}

static void print_findings(FILE *out, const struct selftest *test)
{
	fputs("\nSessions      END     OWNER   BYTES   ENDING  LASTED  OWNER'S SOURCE\n", out);
	for (unsigned n = 0; n < PLAYS; n++) {
		if (!players_has(test->players, n))
			fprintf(out, "  %-11s not played: no such address here\n", plays[n].name);
		for (enum play_end end = 0; end < PLAY_ENDS; end++)
			if (has_session(test, n, end))
				print_finding(out, &test->findings[n][end], n, end);
	}
	if (test->cost_ns >= 0)
		fprintf(out,
			"\nA state change costs %lld ns more: a refused connection takes %lld ns, "
			"%lld without tracing\n",
			(long long)test->cost_ns, (long long)test->refused_ns[1],
			(long long)test->refused_ns[0]);
	if (!losses_none(&test->losses))
		losses_print(out, &test->losses, false);
	fprintf(out, "%u of %u records are right\n", each_session(test, is_right),
		each_session(test, is_expected));
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

static void put_finding(struct text *t, const struct finding *f, unsigned n, enum play_end end)
{
	static const char *const keys[ASPECTS] = { "owner", "bytes", "ending", "duration" };

	JSON_LITERAL(t, "{\"session\":");
	json_put_word(t, plays[n].name);
	JSON_KEY(t, "end");
	json_put_word(t, end_name(end));
	JSON_KEY(t, "records");
	text_put_number(t, f->records);
	for (enum aspect a = 0; a < ASPECTS; a++) {
		text_put_string(t, ",\"");
		text_put_string(t, keys[a]);
		text_put_string(t, "\":");
		if (f->verdicts[a] == VERDICT_UNKNOWN)
			json_put_null(t);
		else
			text_put_string(t, f->verdicts[a] == VERDICT_RIGHT ? "true" : "false");
	}
	JSON_KEY(t, "source");
	json_put_word(t, f->records ? owner_name(f->session.owner) : NULL);
	text_put_char(t, '}');
}

static void print_json(FILE *out, const struct selftest *test, bool right)
{
	char buffer[4096];
	struct text t;
	bool first = true;

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
	text_put_char(&t, '[');
	for (unsigned n = 0; n < PLAYS && !*test->why; n++) {
		for (enum play_end end = 0; end < PLAY_ENDS; end++) {
			if (!has_session(test, n, end))
				continue;
			text_put(&t, ",", !first);
			first = false;
			put_finding(&t, &test->findings[n][end], n, end);
		}
	}
	JSON_LITERAL(&t, "]}\n");
	fwrite(buffer, 1, text_length(&t), out);
}

bool selftest_run(FILE *out, const struct options *options)
{
	static struct selftest test;
	bool right;

	test = (struct selftest){ .options = options, .cost_ns = -1 };
	if (start(&test))
		play_and_judge(&test);
	right = !*test.why && each_session(&test, is_right) == each_session(&test, is_expected);
	if (options->output.format == FORMAT_JSON)
		print_json(out, &test, right);
	else
		print_text(out, &test);
	choice_free(&test.choice);
	feed_free(test.feed);
	players_free(test.players);
	return right;
}
