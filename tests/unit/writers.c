/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cli/options.h"
#include "output/writer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "random.h"
#include "output/writer_format.h"
#include "sessions.h"

static char output[1 << 20];

static void parse(struct options *o, const char *words)
{
	char copy[128], error[OPTIONS_ERROR_SIZE] = "";
	char *argv[9] = { (char[]){ "tcplife" } };
	char *at = copy;
	int argc = 1;

	snprintf(copy, sizeof(copy), "%s", words);
	while (*words && at && argc < 8)
		argv[argc++] = strsep(&at, " ");
	CHECK(options_parse(o, argc, argv, error, sizeof(error)) == OPTIONS_RUN);
	CHECK_TEXT(error, "");
}

static struct session ipv6_session(void)
{
	struct session s = plain_session();

	set_addresses(&s, "2001:db8:1234:5678:9abc:def0:1234:5678", "2001:db8::1");
	s.ended_ns += 1500000;
	s.pid = 4194304;
	strcpy(s.comm, "ThreadPoolForeg");
	s.lport = 65535;
	s.tx_bytes = 1024;
	s.rx_bytes = 123456789 * 1024ll;
	s.duration_ns = 86400 * SECOND;
	s.connect_ns = -1;
	s.accept_wait_ns = 2000000;
	s.direction = DIRECTION_IN;
	s.owner = OWNER_CLOSE;
	s.ending = ENDING_RST_REMOTE;
	s.error = ECONNRESET;
	s.uid = 0;
	return s;
}

static struct session open_session(void)
{
	struct session s = plain_session();

	s.ending = ENDING_OPEN;
	return s;
}

/* Returns what a writer with these options writes, up to the size of `output`. */
static const char *written(const char *options_words, const struct session *sessions, size_t count)
{
	static struct options o;
	FILE *file = tmpfile();
	struct writer *w;
	size_t length;

	parse(&o, options_words);
	w = writer_new(&o.output, outlet_of(fileno(file)));
	CHECK(writer_start(w) == WRITER_OK);
	for (size_t i = 0; i < count; i++)
		CHECK(writer_add(w, &sessions[i]) == WRITER_OK);
	CHECK(writer_flush(w) == WRITER_OK && writer_error(w) == 0);
	writer_free(w);
	rewind(file);
	length = fread(output, 1, sizeof(output) - 1, file);
	output[length] = '\0';
	fclose(file);
	return output;
}

/* Writes a plain session, an IPv6 one and an unknown one. */
static const char *three(const char *options_words)
{
	const struct session sessions[] = { plain_session(), ipv6_session(), unknown_session() };

	return written(options_words, sessions, 3);
}

static const char *one(const char *options_words, struct session s)
{
	return written(options_words, &s, 1);
}

static void test_table(void)
{
	CHECK_TEXT(three(""),
		   "PID   COMM       LADDR           LPORT RADDR           RPORT TX_KB RX_KB MS\n"
		   "27448 curl       100.66.11.247   54146 54.154.224.174  80        0     1 "
		   "263.85\n"
		   "4194304 ThreadPool 2001:db8:1234:5678:9abc:def0:1234:5678 65535 "
		   "2001:db8::1     80        1 123456789 86400000.00\n"
		   "0     -          10.0.0.1        22    10.0.0.2        50000     -     - "
		   ">1234.56\n");
}

static void test_no_header(void)
{
	CHECK_TEXT(one("--header no", plain_session()),
		   "27448 curl       100.66.11.247   54146 54.154.224.174  80        0     1 "
		   "263.85\n");
	CHECK_TEXT(one("-s --header no", plain_session()),
		   "27448,curl,4,100.66.11.247,54146,54.154.224.174,80,0,1,263.85\n");
}

/* Only the ending of a failed session is coloured, and the padding does not change. */
static void test_color(void)
{
	struct session s = plain_session();
	char expected[512], *cell;

	s.ending = ENDING_REFUSED;
	snprintf(expected, sizeof(expected), "%s", one("-x --header no --color never", s));
	CHECK_TEXT(one("-x --header no", s), expected);
	cell = strstr(expected, "refused     ");
	if (!CHECK(cell != NULL))
		return;
	memmove(cell + 20, cell + 11, strlen(cell + 11) + 1);
	memcpy(cell, "\033[31mrefused    \033[0m", 20);
	CHECK_TEXT(one("-x --header no --color always", s), expected);
	CHECK(!strchr(one("-x --color always", plain_session()), '\033'));
	CHECK(!strchr(one("-s -x --color always", s), '\033'));
	CHECK(!strchr(one("-j --color always", s), '\033'));
}

/* Returns what a writer with these options shows of a session on a terminal this wide. */
static const char *shown(const char *options_words, unsigned short columns, struct session s)
{
	static struct options o;
	const struct winsize size = { .ws_row = 24, .ws_col = columns };
	struct termios raw;
	struct writer *w;
	int master, terminal;
	size_t length = 0;

	parse(&o, options_words);
	if (!CHECK(openpty(&master, &terminal, NULL, NULL, &size) == 0))
		return "";
	tcgetattr(terminal, &raw);
	cfmakeraw(&raw);
	tcsetattr(terminal, TCSANOW, &raw);
	w = writer_new(&o.output, outlet_of(terminal));
	CHECK(writer_start(w) == WRITER_OK && writer_add(w, &s) == WRITER_OK);
	CHECK(writer_flush(w) == WRITER_OK);
	writer_free(w);
	close(terminal);
	for (ssize_t n; (n = read(master, output + length, sizeof(output) - 1 - length)) > 0;)
		length += (size_t)n;
	output[length] = '\0';
	close(master);
	return output;
}

static void test_terminal(void)
{
	struct session s = ipv6_session();
	char narrow[512], wide[512];

	snprintf(narrow, sizeof(narrow), "%s", one("", s));
	CHECK_TEXT(shown("", 80, s), narrow);
	CHECK_TEXT(shown("", 0, s), narrow);
	snprintf(wide, sizeof(wide), "%s", shown("", 200, s));
	CHECK_TEXT(wide, "PID   COMM             LADDR                                   LPORT "
			 "RADDR                                   RPORT TX_KB RX_KB MS\n"
			 "4194304 ThreadPoolForeg  2001:db8:1234:5678:9abc:def0:1234:5678  65535 "
			 "2001:db8::1                             80        1 123456789 "
			 "86400000.00\n");
	/* As many columns as the header takes with MS padded; then one less. */
	CHECK_TEXT(shown("", 136, s), wide);
	snprintf(wide, sizeof(wide), "%s", shown("", 135, s));
	CHECK_TEXT(wide, "PID   COMM             LADDR           LPORT "
			 "RADDR           RPORT TX_KB RX_KB MS\n"
			 "4194304 ThreadPoolForeg  2001:db8:1234:5678:9abc:def0:1234:5678 65535 "
			 "2001:db8::1     80        1 123456789 86400000.00\n");
	CHECK_TEXT(shown("", 88, s), wide);
	CHECK_TEXT(shown("", 87, s), narrow);
}

/* The columns of the header. */
static const char *titles(const char *options_words, unsigned short columns)
{
	static char line[512];

	snprintf(line, sizeof(line), "%s", shown(options_words, columns, plain_session()));
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* -x leaves out what can be spared if the terminal is too narrow. */
static void test_terminal_extended(void)
{
#define BASE  "PID   COMM       LADDR           LPORT RADDR           RPORT TX_KB RX_KB MS"
#define FIRST BASE "        DIR END"
	char whole[512];

	CHECK_TEXT(titles("-x", 40), BASE);
	CHECK_TEXT(titles("-x", 80), BASE);
	CHECK(!strstr(titles("-x", 93), " END"));
	CHECK_TEXT(titles("-x", 94), BASE "        END");
	CHECK_TEXT(titles("-x", 97), BASE "        END");
	CHECK_TEXT(titles("--open", 80), BASE "        END");
	CHECK_TEXT(titles("-x --open", 80), BASE "        END");
	snprintf(whole, sizeof(whole), "%s", shown("", 80, ipv6_session()));
	CHECK_TEXT(shown("-x", 80, ipv6_session()), whole);
	CHECK_TEXT(titles("-x", 98), FIRST);
	CHECK(strstr(titles("-x", 110), " COMM             LADDR "));
	CHECK_TEXT(titles("-x", 111), FIRST "         CGROUP");
	CHECK_TEXT(titles("-x", 120), FIRST "           RTT_MS CGROUP");
	CHECK_TEXT(titles("-x", 129), FIRST "          CONN_MS   RTT_MS CGROUP");
	CHECK(strstr(titles("-x", 168),
		     "CONN_MS  WAIT_MS   RTT_MS RETRANS UID   NETNS      CGROUP"));
	snprintf(whole, sizeof(whole), "%s", titles("-x", 169));
	CHECK(strstr(whole, " SCOPE CGROUP"));
	CHECK_TEXT(titles("-x", 0), whole);
	CHECK(strstr(titles("-xw", 80), " SCOPE CGROUP"));
	CHECK(strstr(titles("-sx", 80), ",SCOPE,CGROUP"));
#undef FIRST
#undef BASE
}

/* A path takes the room that the others leave. */
static void test_terminal_path(void)
{
	struct session s = plain_session();

	s.cgroup = "/system.slice/a-service-with-a-long-name.service";
	s.container_id = NULL;
	CHECK(strstr(shown("-x", 111, s), " a-service-wi\n"));
	CHECK(strstr(shown("-x", 114, s), " a-service-with-\n"));
	CHECK(strstr(shown("-x", 0, s), " a-service-with-a-long-name.service\n"));
}

static void test_terminal_color(void)
{
	struct session s = plain_session();

	s.ending = ENDING_TIMEOUT;
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	CHECK(strstr(shown("-x", 100, s), "\033[31mtimeout"));
	CHECK(!strchr(shown("-x --color never", 100, s), '\033'));
	setenv("TERM", "dumb", 1);
	CHECK(!strchr(shown("-x", 100, s), '\033'));
	setenv("TERM", "xterm", 1);
	setenv("NO_COLOR", "1", 1);
	CHECK(!strchr(shown("-x", 100, s), '\033'));
	CHECK(strstr(shown("-x --color always", 100, s), "\033[31mtimeout"));
}

static void test_wide(void)
{
	CHECK_TEXT(three("-w"),
		   "PID   COMM             IP LADDR                                   LPORT "
		   "RADDR                                   RPORT  TX_KB  RX_KB MS\n"
		   "27448 curl             4  100.66.11.247                           54146 "
		   "54.154.224.174                          80         0      1 263.85\n"
		   "4194304 ThreadPoolForeg  6  2001:db8:1234:5678:9abc:def0:1234:5678  65535 "
		   "2001:db8::1                             80         1 123456789 86400000.00\n"
		   "0     -                4  10.0.0.1                                22    "
		   "10.0.0.2                                50000      -      - >1234.56\n");
}

static const char csv_of_three[] =
	"PID,COMM,IP,LADDR,LPORT,RADDR,RPORT,TX_KB,RX_KB,MS\n"
	"27448,curl,4,100.66.11.247,54146,54.154.224.174,80,0,1,263.85\n"
	"4194304,ThreadPoolForeg,6,2001:db8:1234:5678:9abc:def0:1234:5678,65535,2001:db8::1,80,"
	"1,123456789,86400000.00\n"
	"0,-,4,10.0.0.1,22,10.0.0.2,50000,-,-,>1234.56\n";

static void test_csv(void)
{
	CHECK_TEXT(three("-s"), csv_of_three);
	CHECK_TEXT(three("-ws"), csv_of_three);
}

static void test_times(void)
{
	CHECK_TEXT(three("-t"),
		   "TIME(s)   PID   COMM       LADDR           LPORT RADDR           RPORT TX_KB "
		   "RX_KB MS\n"
		   "0.000000  27448 curl       100.66.11.247   54146 54.154.224.174  80        0 "
		   "    1 263.85\n"
		   "0.001500  4194304 ThreadPool 2001:db8:1234:5678:9abc:def0:1234:5678 65535 "
		   "2001:db8::1     80        1 123456789 86400000.00\n"
		   "0.000000  0     -          10.0.0.1        22    10.0.0.2        50000     - "
		   "    - >1234.56\n");
	CHECK_TEXT(one("-Tw", plain_session()),
		   "TIME     PID   COMM             IP LADDR                                   "
		   "LPORT RADDR                                   RPORT  TX_KB  RX_KB MS\n"
		   "03:04:05 27448 curl             4  100.66.11.247                           "
		   "54146 54.154.224.174                          80         0      1 263.85\n");
	CHECK_TEXT(three("-stT"),
		   "TIME,TIME(s),PID,COMM,IP,LADDR,LPORT,RADDR,RPORT,TX_KB,RX_KB,MS\n"
		   "03:04:05,0.000000,27448,curl,4,100.66.11.247,54146,54.154.224.174,80,0,1,"
		   "263.85\n"
		   "03:04:05,0.001500,4194304,ThreadPoolForeg,6,"
		   "2001:db8:1234:5678:9abc:def0:1234:5678,65535,2001:db8::1,80,1,123456789,"
		   "86400000.00\n"
		   "03:04:05,0.000000,0,-,4,10.0.0.1,22,10.0.0.2,50000,-,-,>1234.56\n");
}

/* The cached text of the clock must change with the second, also backwards. */
static void test_clock(void)
{
	struct session sessions[4];

	for (int i = 0; i < 4; i++)
		sessions[i] = plain_session();
	sessions[1].ended_ns += SECOND;
	sessions[3].ended_ns += 86400 * SECOND + 876543211;
	CHECK_TEXT(written("-Tts", sessions, 4),
		   "TIME,TIME(s),PID,COMM,IP,LADDR,LPORT,RADDR,RPORT,TX_KB,RX_KB,MS\n"
		   "03:04:05,0.000000,27448,curl,4,100.66.11.247,54146,54.154.224.174,80,0,1,"
		   "263.85\n"
		   "03:04:06,1.000000,27448,curl,4,100.66.11.247,54146,54.154.224.174,80,0,1,"
		   "263.85\n"
		   "03:04:05,0.000000,27448,curl,4,100.66.11.247,54146,54.154.224.174,80,0,1,"
		   "263.85\n"
		   "03:04:06,86400.876543,27448,curl,4,100.66.11.247,54146,54.154.224.174,80,0,1,"
		   "263.85\n");
}

static void test_extended(void)
{
	CHECK_TEXT(three("-x"),
		   "PID   COMM       LADDR           LPORT RADDR           RPORT TX_KB RX_KB "
		   "MS        DIR END          CONN_MS  WAIT_MS   RTT_MS RETRANS UID   NETNS      "
		   "SCOPE CGROUP\n"
		   "27448 curl       100.66.11.247   54146 54.154.224.174  80        0     1 "
		   "263.85    out fin-local      1.235        -    1.042       2 1000  4026531840 "
		   "-     "
		   "0123456789ab\n"
		   "4194304 ThreadPoolForeg 2001:db8:1234:5678:9abc:def0:1234:5678 65535 "
		   "2001:db8::1     80        1 123456789 86400000.00 "
		   "in  rst-remote         -    2.000    1.042       2 "
		   "0     4026531840 -     0123456789ab\n"
		   "0     -          10.0.0.1        22    10.0.0.2        50000     -     - "
		   ">1234.56  -   -                  -        -        -       - -     -          "
		   "-     "
		   "-\n");
	CHECK_TEXT(
		three("-xs"),
		"PID,COMM,IP,LADDR,LPORT,RADDR,RPORT,TX_KB,RX_KB,MS,DIR,END,CONN_MS,WAIT_MS,RTT_MS,"
		"RETRANS,UID,NETNS,SCOPE,CGROUP\n"
		"27448,curl,4,100.66.11.247,54146,54.154.224.174,80,0,1,263.85,out,fin-local,"
		"1.235,-,1.042,2,1000,4026531840,-,0123456789ab\n"
		"4194304,ThreadPoolForeg,6,2001:db8:1234:5678:9abc:def0:1234:5678,65535,"
		"2001:db8::1,80,1,123456789,86400000.00,in,rst-remote,-,2.000,1.042,2,0,4026531840,"
		"-,"
		"0123456789ab\n"
		"0,-,4,10.0.0.1,22,10.0.0.2,50000,-,-,>1234.56,-,-,-,-,-,-,-,-,-,-\n");
	CHECK_TEXT(one("-wx", plain_session()),
		   "PID   COMM             IP LADDR                                   LPORT "
		   "RADDR                                   RPORT  TX_KB  RX_KB "
		   "MS        DIR END          CONN_MS  WAIT_MS   RTT_MS RETRANS UID   NETNS      "
		   "SCOPE CGROUP\n"
		   "27448 curl             4  100.66.11.247                           54146 "
		   "54.154.224.174                          80         0      1 "
		   "263.85    out fin-local      1.235        -    1.042       2 1000  4026531840 "
		   "-     "
		   "0123456789ab\n");
}

/* --open adds the column END, so that open sessions can be recognized. */
static void test_open(void)
{
	const struct session both[] = { plain_session(), open_session() };

	CHECK_TEXT(written("--open", both, 2),
		   "PID   COMM       LADDR           LPORT RADDR           RPORT TX_KB RX_KB "
		   "MS        END\n"
		   "27448 curl       100.66.11.247   54146 54.154.224.174  80        0     1 "
		   "263.85    fin-local\n"
		   "27448 curl       100.66.11.247   54146 54.154.224.174  80        0     1 "
		   "263.85    OPEN\n");
	CHECK_TEXT(written("--open -s", both, 2),
		   "PID,COMM,IP,LADDR,LPORT,RADDR,RPORT,TX_KB,RX_KB,MS,END\n"
		   "27448,curl,4,100.66.11.247,54146,54.154.224.174,80,0,1,263.85,fin-local\n"
		   "27448,curl,4,100.66.11.247,54146,54.154.224.174,80,0,1,263.85,OPEN\n");
	CHECK_TEXT(
		one("--open -xs", open_session()),
		"PID,COMM,IP,LADDR,LPORT,RADDR,RPORT,TX_KB,RX_KB,MS,DIR,END,CONN_MS,WAIT_MS,RTT_MS,"
		"RETRANS,UID,NETNS,SCOPE,CGROUP\n"
		"27448,curl,4,100.66.11.247,54146,54.154.224.174,80,0,1,263.85,out,OPEN,"
		"1.235,-,1.042,2,1000,4026531840,-,0123456789ab\n");
}

static void test_json(void)
{
	CHECK_TEXT(three("-j"),
		   "{\"type\":\"session\",\"schema\":1,\"host\":\"web-1\","
		   "\"boot_id\":\"0a1b2c3d-0000-4000-8000-000000000000\","
		   "\"id\":\"00000000deadbeef0123456789abcdef\","
		   "\"started\":\"2026-01-02T03:04:04.859606789Z\","
		   "\"ended\":\"2026-01-02T03:04:05.123456789Z\",\"pid\":27448,\"comm\":\"curl\","
		   "\"uid\":1000,\"ip\":4,\"laddr\":\"100.66.11.247\",\"lport\":54146,"
		   "\"raddr\":\"54.154.224.174\",\"rport\":80,\"tx_bytes\":78,\"rx_bytes\":2047,"
		   "\"duration_ns\":263850000,\"age_known\":true,\"connect_ns\":1234567,\"accept_"
		   "wait_ns\":null,"
		   "\"dir\":\"out\",\"ending\":\"fin-local\",\"errno\":0,\"rtt_us\":1042,"
		   "\"retrans\":2,\"owner\":\"connect\",\"netns\":4026531840,"
		   "\"scope_id\":null,\"cgroup_id\":4711,\"cgroup\":\"/kubepods/"
		   "cri-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope\","
		   "\"container_id\":\"0123\",\"pod_uid\":\"4567\"}\n"
		   "{\"type\":\"session\",\"schema\":1,\"host\":\"web-1\","
		   "\"boot_id\":\"0a1b2c3d-0000-4000-8000-000000000000\","
		   "\"id\":\"00000000deadbeef0123456789abcdef\","
		   "\"started\":\"2026-01-02T03:04:04.859606789Z\","
		   "\"ended\":\"2026-01-02T03:04:05.124956789Z\",\"pid\":4194304,"
		   "\"comm\":\"ThreadPoolForeg\",\"uid\":0,\"ip\":6,"
		   "\"laddr\":\"2001:db8:1234:5678:9abc:def0:1234:5678\",\"lport\":65535,"
		   "\"raddr\":\"2001:db8::1\",\"rport\":80,\"tx_bytes\":1024,"
		   "\"rx_bytes\":126419751936,\"duration_ns\":86400000000000,\"age_known\":true,"
		   "\"connect_ns\":null,\"accept_wait_ns\":2000000,\"dir\":\"in\",\"ending\":\"rst-"
		   "remote\",\"errno\":104,"
		   "\"rtt_us\":1042,\"retrans\":2,\"owner\":\"close\",\"netns\":4026531840,"
		   "\"scope_id\":null,\"cgroup_id\":4711,\"cgroup\":\"/kubepods/"
		   "cri-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope\","
		   "\"container_id\":\"0123\",\"pod_uid\":\"4567\"}\n"
		   "{\"type\":\"session\",\"schema\":1,\"host\":null,\"boot_id\":null,"
		   "\"id\":null,\"started\":null,"
		   "\"ended\":\"2026-01-02T03:04:05.000000000Z\",\"pid\":null,\"comm\":null,"
		   "\"uid\":null,\"ip\":4,\"laddr\":\"10.0.0.1\",\"lport\":22,"
		   "\"raddr\":\"10.0.0.2\",\"rport\":50000,\"tx_bytes\":null,\"rx_bytes\":null,"
		   "\"duration_ns\":1234560000,\"age_known\":false,\"connect_ns\":null,\"accept_"
		   "wait_ns\":null,"
		   "\"dir\":null,\"ending\":null,\"errno\":null,\"rtt_us\":null,\"retrans\":null,"
		   "\"owner\":null,\"netns\":null,\"scope_id\":null,\"cgroup_id\":null,\"cgroup\":"
		   "null,\"container_id\":null,\"pod_uid\":null}\n");
	CHECK(strstr(one("-j --open", open_session()), "\"ended\":null,\"pid\""));
	CHECK(strstr(output, "\"ending\":\"open\""));
}

/* The COMM cell of a CSV row, or of a table row with the next column. */
static const char *comm_cell(const char *options_words, const char *comm)
{
	struct session s = plain_session();
	char *cell, *after;

	strcpy(s.comm, comm);
	one(options_words, s);
	cell = strchr(strchr(output, '\n'), '2') + 6; /* after the PID */
	after = strstr(cell, strcmp(options_words, "-s") == 0 ? ",4,100." : "100.66.11.247");
	if (after)
		*after = '\0';
	return cell;
}

static void test_comm(void)
{
	CHECK_TEXT(comm_cell("-s", "a,b"), "\"a,b\"");
	CHECK_TEXT(comm_cell("-s", "say \"x\""), "\"say \"\"x\"\"\"");
	CHECK_TEXT(comm_cell("-s", " a"), "\" a\"");
	CHECK_TEXT(comm_cell("-s", "a "), "\"a \"");
	CHECK_TEXT(comm_cell("-s", "a b'c"), "a b'c");
	CHECK_TEXT(comm_cell("-s", "a\nb\r"), "a\\x0ab\\x0d");
	/* What a spreadsheet would compute. */
	CHECK_TEXT(comm_cell("-s", "=1+2"), "\\x3d1+2");
	CHECK_TEXT(comm_cell("-s", "@a,b"), "\"\\x40a,b\"");
	CHECK_TEXT(comm_cell("-s", "+\"1\""), "\"\\x2b\"\"1\"\"\"");
	CHECK_TEXT(comm_cell("-s", "-bash"), "\\x2dbash");
	CHECK_TEXT(comm_cell("-s", "a=b"), "a=b");
	CHECK_TEXT(comm_cell("-s", "="), "=");
	CHECK_TEXT(comm_cell("-s", ""), "-");
	CHECK_TEXT(comm_cell("-s", "\",\",\",\",\",\",\",\""),
		   "\"\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"\"");
	CHECK_TEXT(comm_cell("-s", "\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377,"),
		   "\"\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff,"
		   "\"");
	CHECK_TEXT(comm_cell("", "\033[2J\007"), "\\x1b[2J    ");
	CHECK_TEXT(comm_cell("", "\346\227\245\346\234\254"), "\346\227\245\346\234\254       ");
	CHECK_TEXT(comm_cell("", ""), "-          ");
	CHECK_TEXT(comm_cell("", "0123456789abcde"), "0123456789 ");
}

static uint64_t random_magnitude(unsigned bits)
{
	return random_bits() >> (64 - 1 - random_bits() % bits);
}

static struct session random_session(void)
{
	struct session s = plain_session();
	const size_t comm_length = random_bits() % COMM_LEN;

	memset(s.comm, 0, sizeof(s.comm));
	for (size_t i = 0; i < comm_length; i++)
		s.comm[i] =
			(char)('#' +
			       random_bits() % ('[' - '#')); /* nothing that CSV or names escape */
	for (char *comma = s.comm; (comma = strchr(comma, ','));)
		*comma = '.';
	if (*s.comm && strchr("=+-@", *s.comm))
		*s.comm = '.';
	s.ip = random_bits() % 2 ? 4 : 6;
	for (int i = 0; i < 16; i++) {
		s.laddr[i] = (uint8_t)(random_bits() % 255 + 1);
		s.raddr[i] = (uint8_t)(random_bits() % 255 + 1);
	}
	s.ended_ns += (int64_t)random_magnitude(50);
	s.pid = (uint32_t)random_magnitude(22);
	s.lport = (uint16_t)random_magnitude(16);
	s.rport = (uint16_t)random_magnitude(16);
	s.tx_bytes = (int64_t)random_magnitude(50);
	s.rx_bytes = (int64_t)random_magnitude(50);
	s.duration_ns = (int64_t)random_magnitude(60);
	return s;
}

enum shape {
	LAYOUT_NARROW,
	LAYOUT_WIDE,
	LAYOUT_CSV,
};

/* Writes the row with printf, using the documented formats. */
static int print_reference(char *row, size_t size, enum shape layout, const struct session *s,
			   int64_t first_ns)
{
	static const char *const formats[] = {
		"%-8s %-9.6f %-5d %-10.10s %s%-15s %-5d %-15s %-5d %5lld %5lld %.2f\n",
		"%-8s %-9.6f %-5d %-16.16s %-2s %-39s %-5d %-39s %-5d %6lld %6lld %.2f\n",
		"%s,%.6f,%d,%s,%s,%s,%d,%s,%d,%lld,%lld,%.2f\n",
	};
	const int family = s->ip == 4 ? AF_INET : AF_INET6;
	const time_t second = (time_t)(s->ended_ns / SECOND);
	char clock[16], laddr[INET6_ADDRSTRLEN], raddr[INET6_ADDRSTRLEN];

	strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&second));
	inet_ntop(family, s->laddr, laddr, sizeof(laddr));
	inet_ntop(family, s->raddr, raddr, sizeof(raddr));
/* The formats are literals in a table. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return snprintf(row, size, formats[layout], clock,
			(double)((s->ended_ns - first_ns) / 1000) / 1e6, (int)s->pid,
			*s->comm ? s->comm : "-",
			layout == LAYOUT_NARROW ? ""
			: s->ip == 4		? "4"
						: "6",
			laddr, s->lport, raddr, s->rport, (long long)s->tx_bytes / 1024,
			(long long)s->rx_bytes / 1024, (double)s->duration_ns / 1e6);
#pragma GCC diagnostic pop
}

static void compare_with_printf(const char *options_words, enum shape layout)
{
	enum { COUNT = 3000 };
	static struct session sessions[COUNT];
	static char expected[sizeof(output)];
	size_t length = 0;

	for (int i = 0; i < COUNT; i++) {
		sessions[i] = random_session();
		if (i == 0)
			sessions[i].ended_ns =
				plain_session().ended_ns; /* the first one that ends */
		length += (size_t)print_reference(expected + length, sizeof(expected) - length,
						  layout, &sessions[i], sessions[0].ended_ns);
	}
	written(options_words, sessions, COUNT);
	CHECK(length < sizeof(expected) - 1);
	CHECK_TEXT(strchr(output, '\n') + 1, expected);
}

static void test_rows_are_printf(void)
{
	compare_with_printf("-Tt", LAYOUT_NARROW);
	compare_with_printf("-Ttw", LAYOUT_WIDE);
	compare_with_printf("-Tts", LAYOUT_CSV);
}

/* No row may exceed the room that the writer reserves. */
static void test_longest_row(void)
{
	static const char *const all[] = { "-Tt -wx --open", "-Tt -sx --open", "-j" };
	struct session s = {
		.started_ns = INT64_MAX,
		.ended_ns = INT64_MAX,
		.duration_ns = INT64_MAX,
		.connect_ns = INT64_MAX,
		.tx_bytes = INT64_MAX,
		.rx_bytes = INT64_MAX,
		.retrans = INT64_MAX,
		.rtt_us = INT64_MAX / 1000,
		.uid = INT64_MAX,
		.netns = INT64_MAX,
		.cgroup_id = UINT64_MAX,
		.pid = UINT32_MAX,
		.error = INT32_MAX,
		.lport = 65535,
		.rport = 65535,
		.direction = DIRECTION_OUT,
		.ending = ENDING_UNREACHABLE,
		.owner = OWNER_CONNECT,
	};

	memset(s.comm, '\377', COMM_LEN);
	set_addresses(&s, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		CHECK(strlen(one(all[i], s)) < WRITER_ROW);
}

static struct writer *new_writer(const char *options_words, int fd)
{
	static struct options o;

	parse(&o, options_words);
	return writer_new(&o.output, outlet_of(fd));
}

/* The header is written before the first session; sessions wait for a flush. */
static void test_header_first(void)
{
	const struct session s = plain_session();
	int ends[2];
	struct writer *w;

	CHECK(pipe2(ends, O_NONBLOCK) == 0);
	w = new_writer("-s", ends[1]);
	CHECK(read(ends[0], output, sizeof(output)) == -1 && errno == EAGAIN);
	CHECK(writer_start(w) == WRITER_OK);
	CHECK(read(ends[0], output, sizeof(output)) == 51);
	CHECK(writer_add(w, &s) == WRITER_OK);
	CHECK(read(ends[0], output, sizeof(output)) == -1 && errno == EAGAIN);
	CHECK(writer_flush(w) == WRITER_OK);
	CHECK(read(ends[0], output, sizeof(output)) == 62);
	CHECK(writer_flush(w) == WRITER_OK);
	CHECK(read(ends[0], output, sizeof(output)) == -1 && errno == EAGAIN);
	writer_free(w);
	w = new_writer("-j", ends[1]);
	CHECK(writer_start(w) == WRITER_OK);
	CHECK(read(ends[0], output, sizeof(output)) == -1 && errno == EAGAIN);
	writer_free(w);
	close(ends[0]);
	close(ends[1]);
}

static void test_reader_gone(void)
{
	const struct session s = plain_session();
	struct writer *w;
	int ends[2];

	CHECK(pipe(ends) == 0);
	w = new_writer("", ends[1]);
	CHECK(writer_start(w) == WRITER_OK);
	close(ends[0]);
	CHECK(writer_add(w, &s) == WRITER_OK);
	CHECK(writer_flush(w) == WRITER_CLOSED && writer_error(w) == 0);
	CHECK(writer_add(w, &s) == WRITER_CLOSED);
	CHECK(writer_flush(w) == WRITER_CLOSED);
	writer_free(w);
	close(ends[1]);
}

static void test_disk_full(void)
{
	const struct session s = plain_session();
	const int fd = open("/dev/full", O_WRONLY);
	struct writer *w = new_writer("", fd);

	CHECK(writer_start(w) == WRITER_FAILED && writer_error(w) == ENOSPC);
	CHECK(writer_add(w, &s) == WRITER_FAILED);
	CHECK(writer_flush(w) == WRITER_FAILED && writer_error(w) == ENOSPC);
	writer_free(w);
	w = new_writer("-j", fd);
	CHECK(writer_start(w) == WRITER_OK);
	for (int i = 0; i < 10000; i++)
		writer_add(w, &s);
	CHECK(writer_add(w, &s) == WRITER_FAILED && writer_error(w) == ENOSPC);
	writer_free(w);
	close(fd);
}

struct slow_reader {
	int fd;
	size_t rows;
	pthread_t writer; /* receives signals throughout */
};

static void ignore(int signal)
{
	(void)signal;
}

static void *read_slowly(void *argument)
{
	struct slow_reader *r = argument;
	char piece[4000];
	ssize_t length;

	while ((length = read(r->fd, piece, sizeof(piece))) > 0) {
		pthread_kill(r->writer, SIGUSR1);
		for (ssize_t i = 0; i < length; i++)
			r->rows += piece[i] == '\n';
	}
	return NULL;
}

/* Much more than a pipe holds, with a slow reader and signals: nothing may be lost. */
static void check_slow_reader(int pipe_flags)
{
	enum { COUNT = 50000 };
	const struct session s = plain_session();
	struct slow_reader reader = { .writer = pthread_self() };
	struct writer *w;
	pthread_t thread;
	int ends[2];

	CHECK(pipe(ends) == 0);
	CHECK(fcntl(ends[1], F_SETFL, pipe_flags) == 0);
	reader.fd = ends[0];
	CHECK(pthread_create(&thread, NULL, read_slowly, &reader) == 0);
	w = new_writer("", ends[1]);
	CHECK(writer_start(w) == WRITER_OK);
	for (int i = 0; i < COUNT; i++)
		writer_add(w, &s);
	CHECK(writer_flush(w) == WRITER_OK);
	writer_free(w);
	close(ends[1]);
	pthread_join(thread, NULL);
	close(ends[0]);
	CHECK(reader.rows == COUNT + 1);
}

static void test_slow_reader(void)
{
	const struct sigaction action = { .sa_handler =
						  ignore }; /* without SA_RESTART, for EINTR */

	sigaction(SIGUSR1, &action, NULL);
	check_slow_reader(0);
	check_slow_reader(O_NONBLOCK);
}

/* For checks by other programs: JSON of sessions with random names; each has an owner and a name.
 */
static void print_json(void)
{
	struct writer *w = new_writer("-j", STDOUT_FILENO);

	writer_start(w);
	for (int i = 0; i < 5000; i++) {
		struct session s = random_session();

		for (int j = 0; j < COMM_LEN - 1; j++)
			s.comm[j] = (char)(i % 2 ? random_bits() % 64 : random_bits());
		s.pid = 1;
		if (!s.comm[0])
			s.comm[0] = '-';
		writer_add(w, &s);
	}
	writer_flush(w);
	writer_free(w);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "table", test_table },
		{ "no-header", test_no_header },
		{ "color", test_color },
		{ "terminal", test_terminal },
		{ "terminal-extended", test_terminal_extended },
		{ "terminal-path", test_terminal_path },
		{ "terminal-color", test_terminal_color },
		{ "wide", test_wide },
		{ "csv", test_csv },
		{ "times", test_times },
		{ "clock", test_clock },
		{ "extended", test_extended },
		{ "open", test_open },
		{ "json", test_json },
		{ "comm", test_comm },
		{ "rows-are-printf", test_rows_are_printf },
		{ "longest-row", test_longest_row },
		{ "header-first", test_header_first },
		{ "reader-gone", test_reader_gone },
		{ "disk-full", test_disk_full },
		{ "slow-reader", test_slow_reader },
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE,
		  "C.UTF-8"); /* needed only if the libc's wcwidth() depends on the locale */
	if (argc == 2 && strcmp(argv[1], "--print-json") == 0) {
		print_json();
		return 0;
	}
	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
