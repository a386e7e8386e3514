/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "output/stats.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>

#include "bpf/order.h"
#include "check.h"
#include "cli/options.h"
#include "output/report.h"

#define MS 1000000ll

static struct session session(enum direction direction, uint16_t lport, uint16_t rport)
{
	struct session s = {
		.direction = direction,
		.lport = lport,
		.rport = rport,
		.duration_ns = 10 * MS,
		.connect_ns = direction == DIRECTION_OUT ? MS : -1,
		.accept_wait_ns = -1,
		.tx_bytes = 100,
		.rx_bytes = 3000,
		.uid = 1000,
		.netns = 4026531840,
		.pid = 42,
		.ip = 4,
		.laddr = { 10, 0, 0, 1 },
		.raddr = { 10, 0, 0, 2 },
		.ending = ENDING_FIN_LOCAL,
		.age_known = true,
		.comm = "curl",
	};

	s.port = session_service_port(&s);
	return s;
}

static struct stats *make(const char *keys)
{
	struct stats_request request = { 0 };
	struct blame blame;

	CHECK(!*keys || groups_by_add(&request.by, keys, &blame));
	return stats_new(&request);
}

static void add(struct stats *s, struct session session)
{
	session.port = session_service_port(&session);
	stats_add(s, &session);
}

static void test_service(void)
{
	struct stats *s = make("");
	struct stats_group *const *groups;
	size_t count;

	add(s, session(DIRECTION_IN, 80, 50000));
	add(s, session(DIRECTION_OUT, 50000, 80));
	add(s, session(DIRECTION_OUT, 50001, 80));
	add(s, session(DIRECTION_OUT, 50002, 80));
	add(s, session(DIRECTION_UNKNOWN, 50003, 80));
	add(s, session(DIRECTION_UNKNOWN, 80, 50004));
	groups = stats_sort(s, &count);
	if (!CHECK(count == 3))
		return;
	CHECK(groups[0]->id.port == 80 && groups[0]->id.direction == DIRECTION_OUT);
	CHECK(groups[0]->figures.sessions == 3);
	CHECK(groups[1]->id.port == 80 && groups[1]->id.direction == DIRECTION_UNKNOWN);
	CHECK(groups[1]->figures.sessions == 2);
	CHECK(groups[2]->id.port == 80 && groups[2]->id.direction == DIRECTION_IN);
	CHECK(groups[2]->figures.sessions == 1);
	CHECK(stats_all(s)->sessions == 6 && stats_other(s)->sessions == 0);
	CHECK(stats_by(s)->count == 2);
	stats_clear(s);
	stats_sort(s, &count);
	CHECK(count == 0 && stats_all(s)->sessions == 0 && stats_by(s)->count == 2);
	add(s, session(DIRECTION_IN, 80, 50000));
	stats_sort(s, &count);
	CHECK(count == 1 && stats_all(s)->measured[MEASURE_LIFESPAN].count == 1);
	stats_free(s);
}

static const struct field *field_of(const char *key)
{
	unsigned n = 0;

	while (strcmp(field_group_name(n), key) != 0)
		n++;
	return field_group(n);
}

static void differ(const char *key, struct session *s)
{
	const struct field *f = field_of(key);
	void *at = (char *)s + f->offset;

	switch ((enum value_type)f->type) {
	case VALUE_STRING:
	case VALUE_PATH:
		*(const char **)at = "another";
		break;
	case VALUE_NAME:
	case VALUE_ADDRESS:
		((char *)at)[3] ^= 1;
		break;
	default:
		((char *)at)[ORDER_IS_BIG ? f->bytes - 1 : 0] ^= 1;
		break;
	}
	if (at == &s->ip)
		s->ip = 6;
	if (at == &s->port) /* the lower of both if the direction is unknown */
		s->lport = s->port;
}

/* Whether differ() on one key changes the other key too. */
static bool is_moved(const char *key, const char *differs)
{
	const bool of_ip =
		!strcmp(differs, "ip") && (!strcmp(key, "laddr") || !strcmp(key, "raddr"));
	const bool of_lport = !strcmp(differs, "port") || !strcmp(differs, "lport");

	if (!strcmp(key, differs) || of_ip)
		return true;
	if (!strcmp(key, "port"))
		return of_lport || !strcmp(differs, "dir");
	return !strcmp(key, "lport") && of_lport;
}

/*
 * For each key alone: sessions that differ in it make two groups; sessions that differ elsewhere,
 * one.
 */
static void test_keys(void)
{
	const char *key, *differs;

	for (unsigned i = 0; (key = field_group_name(i)); i++) {
		for (unsigned j = 0; (differs = field_group_name(j)); j++) {
			struct stats *s = make(key);
			struct session a = session(DIRECTION_UNKNOWN, 80, 443), b = a;
			size_t count;

			differ(differs, &b);
			/* Bytes outside of the value must not matter. */
			b.comm[COMM_LEN - 1] = 'z';
			if (b.ip == 4)
				b.raddr[15] = 7;
			add(s, a);
			add(s, b);
			stats_sort(s, &count);
			if (!CHECK(count == (is_moved(key, differs) ? 2 : 1)))
				printf("key %s, different: %s\n", key, differs);
			stats_free(s);
		}
	}
}

static void test_combination(void)
{
	struct stats *s = make("lport,end,comm");
	struct stats_group *const *groups;
	struct session other = session(DIRECTION_IN, 80, 50000);
	size_t count;

	for (uint16_t port = 80; port < 90; port++)
		add(s, session(DIRECTION_IN, port, port * 2));
	for (uint16_t port = 80; port < 90; port++)
		add(s, session(DIRECTION_IN, port, port * 3));
	other.ending = ENDING_RST_LOCAL;
	add(s, other);
	groups = stats_sort(s, &count);
	CHECK(count == 11);
	/* Groups with equal counts come in order of appearance. */
	for (size_t i = 0; i < count - 1; i++)
		CHECK(groups[i]->id.lport == 80 + i && groups[i]->figures.sessions == 2);
	CHECK(groups[10]->id.ending == ENDING_RST_LOCAL && groups[10]->id.raddr[0] == 0);
	stats_free(s);
}

static void test_sums(void)
{
	struct stats *s = make("");
	struct session out = session(DIRECTION_OUT, 50000, 80);
	const struct stats_figures *all = stats_all(s);

	add(s, out);
	out.rx_bytes = -1;
	out.tx_bytes = 5ll << 40;
	add(s, out);
	CHECK(all->tx_bytes == 100 + (5ull << 40) && all->tx_unknown == 0);
	CHECK(all->rx_bytes == 3000 && all->rx_unknown == 1);
	/* Their lifespans are unknown. */
	out.ending = ENDING_OPEN;
	add(s, out);
	out.ending = ENDING_FIN_LOCAL;
	out.age_known = false;
	add(s, out);
	CHECK(all->sessions == 3 && all->open == 1 && all->measured[MEASURE_LIFESPAN].count == 2 &&
	      all->unmeasured == 0);
	stats_free(s);
}

static void test_failed(void)
{
	for (unsigned ending = 0; ending < ENDINGS; ending++) {
		struct session s = session(DIRECTION_OUT, 50000, 80);
		const bool early = ending == ENDING_REFUSED || ending == ENDING_NO_PORT ||
				   ending == ENDING_CANCELLED;
		const bool either = early || ending == ENDING_TIMEOUT ||
				    ending == ENDING_UNREACHABLE || ending == ENDING_ERROR;

		s.ending = (enum ending)ending;
		CHECK(session_failed(&s) == early);
		s.connect_ns = -1;
		CHECK(session_failed(&s) == either);
		s.age_known = false;
		CHECK(session_failed(&s) == early);
		s = session(DIRECTION_IN, 80, 50000);
		s.ending = (enum ending)ending;
		CHECK(session_failed(&s) == early);
	}
}

static void test_quantiles(void)
{
	struct stats *s = make("");
	const struct histogram *h = &stats_all(s)->measured[MEASURE_LIFESPAN];

	for (int i = 1000; i; i--) {
		struct session one = session(DIRECTION_IN, (uint16_t)i, 1);

		one.duration_ns = i * MS;
		add(s, one);
	}
	CHECK(llabs((long long)histogram_quantile(h, 500) - 500 * MS) <= 2 * MS);
	CHECK(llabs((long long)histogram_quantile(h, 900) - 900 * MS) <= 3600000);
	CHECK(llabs((long long)histogram_quantile(h, 990) - 990 * MS) <= 3960000);
	CHECK(histogram_quantile(h, 1000) == 1000 * MS);
	stats_free(s);
}

/* How long sessions waited for accept(2): of those alone of which it is known. */
static void test_accept_wait(void)
{
	struct stats *s = make("lport");
	const struct histogram *h = &stats_all(s)->measured[MEASURE_ACCEPT_WAIT];
	struct session one = session(DIRECTION_OUT, 1, 1);
	size_t count;

	add(s, one);
	CHECK(!h->count);
	for (int i = 100; i >= 0; i--) {
		one = session(DIRECTION_IN, (uint16_t)(80 + i % 2), 1);
		one.accept_wait_ns = i * MS;
		/* Whether it has ended, or how old it is, does not matter. */
		one.ending = i % 3 ? ENDING_FIN_LOCAL : ENDING_OPEN;
		one.age_known = i % 5;
		add(s, one);
	}
	CHECK(h->count == 101 && stats_all(s)->sessions == 102 - 34 && stats_all(s)->open == 34);
	CHECK(llabs((long long)histogram_quantile(h, 500) - 50 * MS) <= MS / 5);
	CHECK(histogram_quantile(h, 1000) == 100 * MS);
	CHECK(stats_sort(s, &count)[0]->figures.measured[MEASURE_ACCEPT_WAIT].count == 51);
	CHECK(stats_sort(s, &count)[2]->figures.measured[MEASURE_ACCEPT_WAIT].count == 0);
	stats_clear(s);
	CHECK(!h->count);
	stats_free(s);
}

/* Each measure counts the sessions of which it is known, and only those asked for are measured. */
static void test_of(void)
{
	struct stats_request request = { 0 };
	struct session one = session(DIRECTION_OUT, 1, 1);
	struct stats_figures const *all;
	struct blame blame;
	struct stats *s;

	CHECK(stats_of_add(&request.of, "rx,connect,rtt", &blame));
	CHECK(!stats_of_add(&request.of, "rx,latency", &blame) && blame.length == 7);
	s = stats_new(&request);
	all = stats_all(s);
	one.connect_ns = 5;
	one.rtt_us = 7;
	one.rx_bytes = 9;
	add(s, one);
	one.connect_ns = one.rtt_us = one.rx_bytes = -1;
	add(s, one);
	one.rx_bytes = 10;
	one.ending = ENDING_OPEN;
	add(s, one);
	CHECK(all->sessions == 2 && all->open == 1);
	CHECK(all->measured[MEASURE_CONNECT].count == 1 && all->measured[MEASURE_RX].count == 1);
	CHECK(histogram_quantile(&all->measured[MEASURE_CONNECT], 500) == 5);
	CHECK(histogram_quantile(&all->measured[MEASURE_RTT], 500) == 7000);
	CHECK(histogram_quantile(&all->measured[MEASURE_RX], 1000) == 9);
	CHECK(!all->measured[MEASURE_LIFESPAN].count && !all->measured[MEASURE_TX].count);
	stats_free(s);
}

/* The groups that are not shown are added up in `other`. */
static void test_groups(void)
{
	struct stats_request request = { .groups = 2 };
	struct stats_group *const *groups;
	const struct stats_figures *other;
	struct stats *s = stats_new(&request);
	size_t count;

	for (uint16_t port = 1; port <= 5; port++) {
		for (uint16_t i = 0; i < port; i++) {
			struct session one = session(DIRECTION_IN, port, 1);

			one.duration_ns = port * 1000 + i;
			one.tx_bytes = port;
			add(s, one);
		}
	}
	for (int round = 0; round < 2; round++) {
		groups = stats_sort(s, &count);
		other = stats_other(s);
		CHECK(count == 2 && groups[0]->id.port == 5 && groups[1]->id.port == 4);
		CHECK(other->sessions == 6 && other->tx_bytes == 1 + 4 + 9);
		CHECK(other->measured[MEASURE_LIFESPAN].count == 6);
		CHECK(histogram_quantile(&other->measured[MEASURE_LIFESPAN], 1000) == 3002);
		CHECK(other->measured[MEASURE_LIFESPAN].least == 1000);
	}
	stats_clear(s);
	stats_sort(s, &count);
	CHECK(!count && !stats_other(s)->sessions);
	stats_free(s);
}

static void test_lifespans(void)
{
	struct stats *s = make("");
	struct session one = session(DIRECTION_IN, 80, 1);

	CHECK(stats_lifespan_from(0) == 0 && stats_lifespan_from(7) == MS);
	for (unsigned n = 1; n < STATS_LIFESPANS; n++) {
		for (int64_t less = 1; less >= 0; less--) {
			one.duration_ns = stats_lifespan_from(n) - less;
			CHECK(stats_lifespans(s, n - (unsigned)less) == (less && n > 1));
			add(s, one);
			CHECK(stats_lifespans(s, n - (unsigned)less) == 1u + (less && n > 1));
		}
	}
	one.duration_ns = INT64_MAX;
	add(s, one);
	CHECK(stats_lifespans(s, STATS_LIFESPANS - 1) == 2);
	stats_free(s);
}

/* Beyond the limit, new groups go to `other`; existing groups keep counting. */
static void test_limit(void)
{
	struct stats *s = make("rport,pid");
	struct stats_group *const *groups;
	struct session one = session(DIRECTION_OUT, 1, 1);
	size_t count;

	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 3 * STATS_GROUPS; i++) {
			one.pid = i;
			add(s, one);
		}
	}
	groups = stats_sort(s, &count);
	CHECK(count == STATS_GROUPS);
	for (size_t i = 0; i < count; i++)
		if (groups[i]->id.pid != i || groups[i]->figures.sessions != 2)
			CHECK(!"each of the first has its group");
	CHECK(stats_other(s)->sessions == 4 * STATS_GROUPS);
	CHECK(stats_all(s)->sessions == 6 * STATS_GROUPS);
	CHECK(stats_other(s)->measured[MEASURE_LIFESPAN].count == 4 * STATS_GROUPS);
	stats_free(s);
}

/* Starts a report with these options at second 100, feeds it, and reads its output. */
struct scene {
	struct options options;
	FILE *file;
	struct writer *writer;
	struct report *report;
	char text[16384];
};

static struct scene scene;

static void scene_begin(const char *words)
{
	char copy[128], error[OPTIONS_ERROR_SIZE];
	char *argv[9] = { (char[]){ "tcplife" } };
	char *at = copy;
	int argc = 1;

	snprintf(copy, sizeof(copy), "%s", words);
	while (at && argc < 8)
		argv[argc++] = strsep(&at, " ");
	CHECK(options_parse(&scene.options, argc, argv, error, sizeof(error)) == OPTIONS_RUN);
	scene.file = tmpfile();
	scene.writer = writer_new(&scene.options.output, outlet_of(fileno(scene.file)));
	scene.report = report_new(&scene.options.output, scene.writer, 100000 * MS);
}

static const char *scene_end(int64_t now_ms)
{
	size_t length;

	CHECK(report_end(scene.report, now_ms * MS) == WRITER_OK);
	rewind(scene.file);
	length = fread(scene.text, 1, sizeof(scene.text) - 1, scene.file);
	scene.text[length] = '\0';
	fclose(scene.file);
	report_free(scene.report);
	writer_free(scene.writer);
	return scene.text;
}

static void scene_add(struct session s)
{
	report_add(scene.report, &s);
}

/* Removes the captions, which contain the time of day. */
static const char *without_captions(char *text)
{
	char *to = text;

	for (const char *line = text; *line;) {
		const size_t length = strcspn(line, "\n") + 1;

		if (!memmem(line, length, " s to ", 6)) {
			memmove(to, line, length);
			to += length;
		}
		line += length;
	}
	*to = '\0';
	return text;
}

static void feed(void)
{
	struct session s = session(DIRECTION_OUT, 50000, 443);

	for (int i = 0; i < 3; i++) {
		scene_add(s);
		s.duration_ns *= 20;
		s.rx_bytes = s.rx_bytes * 100 + 999;
	}
	s = session(DIRECTION_OUT, 50000, 443);
	s.ending = ENDING_REFUSED;
	s.connect_ns = -1;
	s.duration_ns = 15624;
	scene_add(s);
	s = session(DIRECTION_IN, 8080, 50000);
	s.tx_bytes = -1;
	s.rx_bytes = 0;
	scene_add(s);
}

static void test_table(void)
{
	setenv("LC_ALL", "C", 1);
	scene_begin("--stats");
	feed();
	CHECK_TEXT(without_captions(scene_end(102000) ? scene.text : NULL),
		   "PORT DIR SESSIONS FAILED PER_S   TX    RX P50_MS P90_MS P99_MS MAX_MS\n"
		   "443  out        4      1  2.00  400 29.0M  9.994 4000.0 4000.0 4000.0\n"
		   "8080 in         1      0  0.50    -     0 10.000 10.000 10.000 10.000\n"
		   "all             5      1  2.50 >400 29.0M  9.994 4000.0 4000.0 4000.0\n"
		   "\n"
		   "   FROM_MS   SESSIONS\n"
		   "         0          1 |########################\n"
		   "     0.016          0 |\n"
		   "     0.031          0 |\n"
		   "     0.062          0 |\n"
		   "     0.125          0 |\n"
		   "     0.250          0 |\n"
		   "     0.500          0 |\n"
		   "         1          0 |\n"
		   "         2          0 |\n"
		   "         4          0 |\n"
		   "         8          2 |################################################\n"
		   "        16          0 |\n"
		   "        32          0 |\n"
		   "        64          0 |\n"
		   "       128          1 |########################\n"
		   "       256          0 |\n"
		   "       512          0 |\n"
		   "      1024          0 |\n"
		   "      2048          1 |########################\n"
		   "\n");
}

/* They have columns once some session has waited. */
static void test_wait_columns(void)
{
	struct session s = session(DIRECTION_IN, 80, 50000);

	scene_begin("--stats");
	feed();
	s.accept_wait_ns = 0;
	scene_add(s);
	s.accept_wait_ns = 3 * MS;
	scene_add(s);
	scene_end(102000);
	CHECK(strstr(scene.text, " MAX_MS WAIT_P50_MS WAIT_P99_MS\n"));
	CHECK(strstr(scene.text, "\n443  out        4      1  2.00  400 29.0M  9.994 4000.0 4000.0 "
				 "4000.0           -           -\n"));
	CHECK(strstr(scene.text, "\n80   in         2      0  1.00  200  5.9K 10.000 10.000 10.000 "
				 "10.000       0.000       3.000\n"));
	CHECK(strstr(scene.text, "4000.0       0.000       3.000\n"));
}

/* What was asked for has all its columns; open sessions have one; the histogram may be left out. */
static void test_of_columns(void)
{
	struct session s = session(DIRECTION_IN, 80, 50000);

	scene_begin("--stats --of tx,rtt --no-histogram --groups 1");
	s.rtt_us = 12;
	s.tx_bytes = 2048;
	scene_add(s);
	s.ending = ENDING_OPEN;
	scene_add(s);
	s.lport = 81;
	s.port = 81;
	scene_add(s);
	CHECK_TEXT(without_captions(scene_end(102000) ? scene.text : NULL),
		   "PORT  DIR SESSIONS FAILED PER_S   TX   RX OPEN RTT_P50_MS RTT_P90_MS "
		   "RTT_P99_MS RTT_MAX_MS TX_P50 TX_P90 TX_P99 TX_MAX\n"
		   "80    in         1      0  0.50 4.0K 5.9K    1      0.012      0.012      "
		   "0.012      0.012   2.0K   2.0K   2.0K   2.0K\n"
		   "other            0      0  0.00 2.0K 2.9K    1      0.012      0.012      "
		   "0.012      0.012      -      -      -      -\n"
		   "all              1      0  0.50 6.0K 8.8K    2      0.012      0.012      "
		   "0.012      0.012   2.0K   2.0K   2.0K   2.0K\n"
		   "\n");
	scene_begin("--stats -j --of rx,connect");
	scene_add(session(DIRECTION_IN, 80, 50000));
	scene_end(102000);
	CHECK(strstr(scene.text,
		     ",\"rx_unknown\":0,\"connect_measured\":0,\"connect_p50_ns\":null,"));
	CHECK(strstr(scene.text, ",\"rx_measured\":1,\"rx_p50_bytes\":3000,\"rx_p90_bytes\":3000,"
				 "\"rx_p99_bytes\":3000,\"rx_max_bytes\":3000}"));
}

static void test_json(void)
{
	struct session s = session(DIRECTION_IN, 80, 50000);

	scene_begin("--stats -j");
	s.accept_wait_ns = 2 * MS;
	scene_add(s);
	scene_end(104000);
	CHECK(strstr(scene.text, ",\"accept_wait_measured\":1,\"accept_wait_p50_ns\":2000000,"
				 "\"accept_wait_p90_ns\":2000000,\"accept_wait_p99_ns\":2000000,"
				 "\"accept_wait_max_ns\":2000000}\n"));
	scene_begin("--stats -j --by raddr,end,uid,comm");
	scene_add(session(DIRECTION_OUT, 50000, 443));
	scene_end(104000);
	CHECK(strstr(scene.text, ",\"elapsed_ns\":4000000000,\"of\":\"group\","
				 "\"raddr\":\"10.0.0.2\",\"ending\":\"fin-local\",\"uid\":1000,"
				 "\"comm\":\"curl\",\"sessions\":1,\"open\":0,\"failed\":0,"
				 "\"per_second\":0.25,\"tx_bytes\":100,\"tx_unknown\":0,"
				 "\"rx_bytes\":3000,\"rx_unknown\":0,\"measured\":1,"
				 "\"p50_ns\":10000000,\"p90_ns\":10000000,\"p99_ns\":10000000,"
				 "\"max_ns\":10000000,\"accept_wait_measured\":0,"
				 "\"accept_wait_p50_ns\":null,\"accept_wait_p90_ns\":null,"
				 "\"accept_wait_p99_ns\":null,\"accept_wait_max_ns\":null}\n"));
	CHECK(strstr(scene.text, ",\"of\":\"all\",\"raddr\":null,\"ending\":null,\"uid\":null,"
				 "\"comm\":null,\"sessions\":1,"));
	CHECK(strstr(scene.text, ",\"lifespans_from_ns\":[0,15625,31250,62500,125000,250000,500000,"
				 "1000000,2000000,4000000,8000000],"
				 "\"lifespans\":[0,0,0,0,0,0,0,0,0,0,1]}\n"));
}

/* Counts the objects of this span and kind that have this many sessions. */
static unsigned count_objects(const char *span, const char *of, unsigned sessions)
{
	char a[64], b[64], c[64];
	unsigned count = 0;

	snprintf(a, sizeof(a), "\"span\":\"%s\"", span);
	snprintf(b, sizeof(b), "\"of\":\"%s\"", of);
	snprintf(c, sizeof(c), "\"sessions\":%u,", sessions);
	for (const char *line = scene.text; *line; line = strchr(line, '\n') + 1) {
		char copy[4096];

		snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(line, "\n"), line);
		count += strstr(copy, a) && strstr(copy, b) && strstr(copy, c);
	}
	return count;
}

static void test_intervals(void)
{
	scene_begin("--stats -j --interval 2");
	CHECK(report_due(scene.report) == 102000 * MS);
	scene_add(session(DIRECTION_OUT, 50000, 443));
	CHECK(report_tick(scene.report, 101999 * MS) == WRITER_OK);
	CHECK(report_due(scene.report) == 102000 * MS);
	CHECK(report_tick(scene.report, 102001 * MS) == WRITER_OK);
	CHECK(report_due(scene.report) == 104000 * MS);
	scene_add(session(DIRECTION_OUT, 50000, 443));
	scene_add(session(DIRECTION_IN, 80, 443));
	/* More than one interval late. */
	CHECK(report_tick(scene.report, 107000 * MS) == WRITER_OK);
	CHECK(report_due(scene.report) == 108000 * MS);
	CHECK(report_tick(scene.report, 108000 * MS) == WRITER_OK);
	for (int i = 0; i < 4; i++)
		scene_add(session(DIRECTION_OUT, 50000, 443));
	scene_end(108500);
	CHECK(count_objects("interval", "group", 1) == 3);
	CHECK(count_objects("interval", "all", 1) == 1);
	CHECK(count_objects("interval", "all", 2) == 1);
	CHECK(count_objects("interval", "all", 0) == 1);
	CHECK(count_objects("interval", "all", 4) == 1);
	CHECK(count_objects("whole", "group", 6) == 1);
	CHECK(count_objects("whole", "group", 1) == 1);
	CHECK(count_objects("whole", "all", 7) == 1);
	CHECK(strstr(scene.text, "\"elapsed_ns\":2001000000,"));
	CHECK(strstr(scene.text, "\"elapsed_ns\":4999000000,"));
	CHECK(strstr(scene.text, "\"elapsed_ns\":8500000000,"));
}

/* Bars end at column 80; a few sessions among very many are still visible. */
static void test_bars(void)
{
	struct session s = session(DIRECTION_IN, 80, 50000);

	for (unsigned utf8 = 0; utf8 < 2; utf8++) {
		setenv("LC_ALL", utf8 ? "de_DE.utf8" : "C", 1);
		scene_begin("--stats --header no");
		s.duration_ns = 0;
		for (int i = 0; i < 1000; i++)
			scene_add(s);
		s.duration_ns = 2 * 31250 - 1;
		scene_add(s);
		without_captions(scene_end(101000) ? scene.text : NULL);
		CHECK(!strstr(scene.text, "FROM_MS"));
		if (utf8) {
			CHECK(strstr(scene.text, "\n     0.031          1 |▏\n"));
			CHECK(strstr(scene.text, "\n     0.016          0 |\n"));
		} else {
			CHECK(strstr(scene.text, "\n         0       1000 |"
						 "########################"
						 "########################\n"
						 "     0.016          0 |\n"
						 "     0.031          1 |#\n"));
		}
	}
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "service", test_service },
		{ "keys", test_keys },
		{ "combination", test_combination },
		{ "sums", test_sums },
		{ "failed", test_failed },
		{ "quantiles", test_quantiles },
		{ "accept-wait", test_accept_wait },
		{ "of", test_of },
		{ "groups", test_groups },
		{ "lifespans", test_lifespans },
		{ "limit", test_limit },
		{ "table", test_table },
		{ "wait-columns", test_wait_columns },
		{ "of-columns", test_of_columns },
		{ "json", test_json },
		{ "intervals", test_intervals },
		{ "bars", test_bars },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
