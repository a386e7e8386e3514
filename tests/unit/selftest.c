// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What --self-test says of records that are wrong: it must fail, and name them. */
#include "selftest_findings.h"

#include <sys/socket.h>

#include "base/text.h"
#include "check.h"

#define LASTED_NS  (2 * PLAY_HOLD_NS)
#define LONGEST_NS (4 * PLAY_HOLD_NS)

static const uint32_t pids[PLAY_ENDS] = { 100, 200 };
static struct findings findings;

static uint16_t port_of(unsigned play, enum play_end end)
{
	return (uint16_t)(1000 + 10 * play + end);
}

/* The record that there must be of one end of a play. */
static struct session truth(unsigned play, enum play_end end)
{
	struct session s = {
		.lport = port_of(play, end),
		.rport = port_of(play, !end),
		.ip = plays[play].family == AF_INET6 ? 6 : 4,
		.pid = pids[end],
		.tx_bytes = plays[play].bytes[end],
		.rx_bytes = plays[play].bytes[!end],
		.ending = plays[play].ending[end],
		.duration_ns = LASTED_NS,
		.owner = OWNER_CONNECT,
	};

	snprintf(s.comm, sizeof(s.comm), "%s", players_comm(end));
	return s;
}

/* Expects all plays, and takes all their records but one. */
static void take_all_but(unsigned left_out, enum play_end left_out_end)
{
	findings = (struct findings){ 0 };
	for (unsigned n = 0; n < PLAYS; n++) {
		const uint16_t ports[PLAY_ENDS] = { port_of(n, PLAY_CLIENT),
						    port_of(n, PLAY_SERVER) };

		findings_expect(&findings, n, ports, pids);
		for (enum play_end end = 0; end < PLAY_ENDS; end++) {
			const struct session s = truth(n, end);

			if (plays[n].ending[end] != ENDING_UNKNOWN &&
			    (n != left_out || end != left_out_end))
				findings_take(&findings, &s);
		}
	}
}

/* The table. Valid until the next call. */
static const char *said(void)
{
	static char text[4096];
	FILE *out = fmemopen(text, sizeof(text), "w");

	findings_print(out, &findings);
	fclose(out);
	return text;
}

/* Judges, and checks that all but `wrong` records are right. If so, line is ""; else the table has
 * it. */
static void check_verdict(unsigned wrong, const char *line)
{
	unsigned expected = 0;

	for (unsigned n = 0; n < PLAYS; n++)
		for (enum play_end end = 0; end < PLAY_ENDS; end++)
			expected += plays[n].ending[end] != ENDING_UNKNOWN;
	findings_judge(&findings, LONGEST_NS);
	CHECK(findings_expected(&findings) == expected);
	CHECK(findings_right(&findings) == expected - wrong);
	CHECK(findings_passed(&findings) == !*line);
	CHECK(strstr(said(), line));
}

/* Judges with this record of the server's end of the reset. */
static void check_instead(struct session s, const char *line)
{
	take_all_but(2, PLAY_SERVER);
	findings_take(&findings, &s);
	check_verdict(1, line);
}

static void right(void)
{
	struct session other = truth(0, PLAY_CLIENT);

	take_all_but(PLAYS, PLAY_CLIENT);
	/* Of someone else. */
	other.rport = 1;
	findings_take(&findings, &other);
	check_verdict(0, "");
	CHECK(!strstr(said(), "WRONG"));
	CHECK(!strstr(said(), "says pid"));
}

static void missing(void)
{
	take_all_but(0, PLAY_CLIENT);
	CHECK(findings_seen(&findings) == findings_expected(&findings) - 1);
	check_verdict(1, "  order       client  NO RECORD\n"
			 "  order       server  right   right   right   right   by connect\n");
}

static void extra(void)
{
	const struct session again = truth(1, PLAY_SERVER), invented = truth(3, PLAY_SERVER);

	take_all_but(PLAYS, PLAY_CLIENT);
	findings_take(&findings, &again);
	check_verdict(1, "  order, IPv6 server  right   right   right   right   by connect, "
			 "MORE THAN ONE RECORD\n"
			 "             says pid 200 (tcplife-server), sent 1301, received 701, ");
	/* The end of the refused connection that is no session. */
	take_all_but(PLAYS, PLAY_CLIENT);
	findings_take(&findings, &invented);
	check_verdict(0, "  refused     server  right   right   -       right   by connect, "
			 "BUT THERE WAS NO SUCH SESSION\n");
}

static void bytes(void)
{
	struct session s = truth(2, PLAY_SERVER);

	s.rx_bytes++;
	check_instead(s, "  reset       server  right   WRONG   right   right   by connect\n"
			 "             says pid 200 (tcplife-server), sent 2003, received 1010, ");
	s = truth(2, PLAY_SERVER);
	s.tx_bytes = 0;
	check_instead(s, "  reset       server  right   WRONG   right   right   by connect\n");
}

static void owner(void)
{
	struct session s = truth(2, PLAY_SERVER);

	s.pid = 100;
	check_instead(s, "  reset       server  WRONG   right   right   right   by connect\n"
			 "             says pid 100 (tcplife-server), ");
	s = truth(2, PLAY_SERVER);
	snprintf(s.comm, sizeof(s.comm), "swapper/0");
	check_instead(s, "  reset       server  WRONG   right   right   right   by connect\n"
			 "             says pid 200 (swapper/0), ");
	s.pid = 0;
	s.comm[0] = '\0';
	s.owner = OWNER_UNKNOWN;
	check_instead(s, "  reset       server  WRONG   right   right   right   by -\n");
}

static void ending(void)
{
	struct session s = truth(2, PLAY_SERVER);

	s.ending = ENDING_FIN_REMOTE;
	check_instead(s, "  reset       server  right   right   WRONG   right   by connect\n"
			 "             says pid 200 (tcplife-server), sent 2003, received 1009, "
			 "fin-remote, ");
}

static void duration(void)
{
	struct session s = truth(2, PLAY_SERVER);

	s.duration_ns = 1000;
	check_instead(s, "  reset       server  right   right   right   WRONG   by connect\n");
	s.duration_ns = 2 * LONGEST_NS;
	check_instead(s, "  reset       server  right   right   right   WRONG   by connect\n");
}

static void in_json(void)
{
	char buffer[4096];
	struct text t;
	struct session s = truth(2, PLAY_SERVER);

	s.pid = 1;
	check_instead(s, "WRONG");
	text_init(&t, buffer, sizeof(buffer));
	findings_put_json(&t, &findings);
	buffer[text_length(&t)] = '\0';
	CHECK(strstr(buffer,
		     "{\"session\":\"reset\",\"end\":\"server\",\"records\":1,\"owner\":false,"
		     "\"bytes\":true,\"ending\":true,\"duration\":true,"));
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "right", right },	  { "missing", missing }, { "extra", extra },
		{ "bytes", bytes },	  { "owner", owner },	  { "ending", ending },
		{ "duration", duration }, { "json", in_json },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
