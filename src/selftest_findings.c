// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "selftest_findings.h"

#include <string.h>
#include <sys/socket.h>

#include "base/json.h"

#define COARSE_NS 20000000 /* by how much the coarsest clock may err */

void findings_expect(struct findings *findings, unsigned play, const uint16_t ports[PLAY_ENDS],
		     const uint32_t pids[PLAY_ENDS])
{
	for (enum play_end end = 0; end < PLAY_ENDS; end++) {
		struct finding *f = &findings->of[play][end];

		f->played = true;
		f->expected = plays[play].ending[end] != ENDING_UNKNOWN;
		f->lport = ports[end];
		f->rport = ports[!end];
		f->pid = pids[end];
	}
}

void findings_take(struct findings *findings, const struct session *session)
{
	for (unsigned n = 0; n < PLAYS; n++) {
		for (enum play_end end = 0; end < PLAY_ENDS; end++) {
			struct finding *f = &findings->of[n][end];

			if (f->played && session->lport == f->lport && session->rport == f->rport &&
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

static void finding_judge(struct finding *f, const struct play *play, enum play_end end,
			  int64_t longest_ns)
{
	const struct session *s = &f->session;
	const int64_t least = play->bytes[end] ? PLAY_HOLD_NS - COARSE_NS : 0;
	const bool sent = s->tx_bytes >= 0, received = s->rx_bytes >= 0;

	/* An owner that is not known is as wrong as another one: both ends have done it all. */
	f->verdicts[ASPECT_OWNER] = verdict_of(true, !strcmp(s->comm, players_comm(end)) &&
							     (!f->pid || s->pid == f->pid));
	f->verdicts[ASPECT_BYTES] = verdict_of(
		sent || received, (!sent || s->tx_bytes == play->bytes[end]) &&
					  (!received || s->rx_bytes == play->bytes[!end]));
	f->verdicts[ASPECT_ENDING] =
		verdict_of(s->ending != ENDING_UNKNOWN, s->ending == play->ending[end]);
	f->verdicts[ASPECT_DURATION] = verdict_of(
		true, s->duration_ns >= least && s->duration_ns <= longest_ns + COARSE_NS);
}

void findings_judge(struct findings *findings, int64_t longest_ns)
{
	for (unsigned n = 0; n < PLAYS; n++)
		for (enum play_end end = 0; end < PLAY_ENDS; end++)
			if (findings->of[n][end].records)
				finding_judge(&findings->of[n][end], &plays[n], end, longest_ns);
}

static bool is_expected(const struct finding *f)
{
	return f->expected;
}

static bool is_seen(const struct finding *f)
{
	return f->expected && f->records > 0;
}

static bool is_right(const struct finding *f)
{
	for (enum aspect a = 0; a < ASPECTS; a++)
		if (f->verdicts[a] == VERDICT_WRONG)
			return false;
	return f->expected && f->records == 1;
}

static bool is_invented(const struct finding *f)
{
	return !f->expected && f->records > 0;
}

static unsigned count(const struct findings *findings, bool (*fn)(const struct finding *))
{
	unsigned sum = 0;

	for (unsigned n = 0; n < PLAYS; n++)
		for (enum play_end end = 0; end < PLAY_ENDS; end++)
			sum += fn(&findings->of[n][end]);
	return sum;
}

unsigned findings_expected(const struct findings *findings)
{
	return count(findings, is_expected);
}

unsigned findings_seen(const struct findings *findings)
{
	return count(findings, is_seen);
}

unsigned findings_right(const struct findings *findings)
{
	return count(findings, is_right);
}

bool findings_passed(const struct findings *findings)
{
	return findings_right(findings) == findings_expected(findings) &&
	       !count(findings, is_invented);
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
		!f->expected	 ? ", BUT THERE WAS NO SUCH SESSION"
		: f->records > 1 ? ", MORE THAN ONE RECORD"
				 : "");
	if (!is_right(f))
		print_record(out, &f->session);
}

void findings_print(FILE *out, const struct findings *findings)
{
	fputs("\nSessions      END     OWNER   BYTES   ENDING  LASTED  OWNER'S SOURCE\n", out);
	for (unsigned n = 0; n < PLAYS; n++) {
		if (!findings->of[n][PLAY_CLIENT].played)
			fprintf(out, "  %-11s not played: no such address here\n", plays[n].name);
		for (enum play_end end = 0; end < PLAY_ENDS; end++)
			if (findings->of[n][end].expected || findings->of[n][end].records)
				print_finding(out, &findings->of[n][end], n, end);
	}
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

void findings_put_json(struct text *t, const struct findings *findings)
{
	bool first = true;

	text_put_char(t, '[');
	for (unsigned n = 0; n < PLAYS; n++) {
		for (enum play_end end = 0; end < PLAY_ENDS; end++) {
			if (!findings->of[n][end].expected && !findings->of[n][end].records)
				continue;
			text_put(t, ",", !first);
			first = false;
			put_finding(t, &findings->of[n][end], n, end);
		}
	}
	text_put_char(t, ']');
}
