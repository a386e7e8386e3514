// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The metrics as a file: what is counted, in which groups, and names of any bytes. */
#include "output/metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "output/buckets.h"
#include "session/filter.h"

static char folder[256], path[512], why[256];
static char page[1 << 20];

static void set_up(void)
{
	const char *in = getenv("BATS_TEST_TMPDIR");

	snprintf(folder, sizeof(folder), "%s/metrics-XXXXXX", in ? in : "/tmp");
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/tcplife.prom", folder);
}

static void tear_down(void)
{
	unlink(path);
	CHECK(!rmdir(folder)); /* nothing is left beside the file */
}

/* The bytes of the file now. */
static const char *read_page(void)
{
	FILE *file = fopen(path, "re");
	const size_t length = file ? fread(page, 1, sizeof(page) - 1, file) : 0;

	page[length] = '\0';
	if (CHECK(file != NULL))
		fclose(file);
	return page;
}

/* Whether the last page that was read has this line. */
static bool has(const char *line)
{
	const size_t length = strlen(line);

	for (const char *at = page; (at = strstr(at, line)); at++)
		if ((at == page || at[-1] == '\n') && at[length] == '\n')
			return true;
	return false;
}

static struct metrics *metrics_by(const char *keys, uint32_t groups)
{
	static struct filter filter;
	struct output_request request = { .version = "1.2.3", .filter = &filter };
	struct blame blame;

	filter = (struct filter){ .min_ns = 1500000000, .sample = 10 };
	request.figures.groups = groups;
	CHECK(!*keys || groups_by_add(&request.figures.by, keys, &blame));
	return metrics_new(&request, 1700000000000000123);
}

static const char *written(const struct metrics *m)
{
	struct replacement *file = replacement_open(path, why, sizeof(why));

	if (!CHECK(file != NULL))
		return "";
	replacement_begin(file);
	metrics_write(m, file);
	CHECK(!replacement_end(file));
	replacement_free(file);
	return read_page();
}

static struct session session(uint16_t port, enum ending ending)
{
	return (struct session){
		.port = port,
		.direction = DIRECTION_OUT,
		.ending = ending,
		.age_known = true,
		.duration_ns = 2000000000,
		.connect_ns = 1000000,
		.accept_wait_ns = -1,
		.tx_bytes = 10,
		.rx_bytes = 5,
		.retrans = 1,
		.ip = 4,
	};
}

static void test_sums(void)
{
	struct metrics *m = metrics_by("", 0);
	struct session s = session(80, ENDING_FIN_LOCAL);

	set_up();
	CHECK(metrics_add(m, &s));
	s.tx_bytes = -1;
	s.thinned = true;
	s.duration_ns = 500000001;
	CHECK(metrics_add(m, &s));
	s = session(80, ENDING_REFUSED);
	s.connect_ns = -1;
	s.age_known = false;
	CHECK(metrics_add(m, &s));
	written(m);
	CHECK(has("tcplife_sessions_total{port=\"80\",dir=\"out\",ending=\"fin-local\"} 2"));
	CHECK(has("tcplife_sessions_total{port=\"80\",dir=\"out\",ending=\"refused\"} 1"));
	CHECK(has("tcplife_failed_connects_total{port=\"80\",dir=\"out\"} 1"));
	CHECK(has("tcplife_transmitted_bytes_total{port=\"80\",dir=\"out\"} 20"));
	CHECK(has("tcplife_received_bytes_total{port=\"80\",dir=\"out\"} 15"));
	CHECK(has("tcplife_retransmitted_segments_total{port=\"80\",dir=\"out\"} 3"));
	CHECK(has("tcplife_unknown_total{value=\"transmitted_bytes\"} 1"));
	CHECK(has("tcplife_unknown_total{value=\"received_bytes\"} 0"));
	CHECK(has("tcplife_thinned_sessions_total 1"));
	CHECK(has("tcplife_sample_every 10"));
	CHECK(has("tcplife_min_duration_seconds 1.500000000"));
	CHECK(has("tcplife_start_time_seconds 1700000000.000000123"));
	CHECK(has("tcplife_build_info{version=\"1.2.3\"} 1"));
	CHECK(has("tcplife_groups 1") && has("tcplife_groups_limit 256"));
	metrics_free(m);
	tear_down();
}

/* A bound belongs to its bucket; a session whose age is unknown is in none. */
static void test_buckets(void)
{
	struct metrics *m = metrics_by("port", 0);
	struct session s = session(80, ENDING_FIN_LOCAL);

	set_up();
	s.duration_ns = 1000000000;
	metrics_add(m, &s);
	s.duration_ns = 1000000001;
	metrics_add(m, &s);
	s.duration_ns = INT64_MAX;
	metrics_add(m, &s);
	metrics_add(m, &s);
	metrics_add(m, &s);
	s.age_known = false;
	metrics_add(m, &s);
	written(m);
	CHECK(has("tcplife_session_duration_seconds_bucket{port=\"80\",le=\"0.5\"} 0"));
	CHECK(has("tcplife_session_duration_seconds_bucket{port=\"80\",le=\"1\"} 1"));
	CHECK(has("tcplife_session_duration_seconds_bucket{port=\"80\",le=\"2.5\"} 2"));
	CHECK(has("tcplife_session_duration_seconds_bucket{port=\"80\",le=\"3600\"} 2"));
	CHECK(has("tcplife_session_duration_seconds_bucket{port=\"80\",le=\"+Inf\"} 5"));
	CHECK(has("tcplife_session_duration_seconds_count{port=\"80\"} 5"));
	/* More than 2^64 nanoseconds. */
	CHECK(has("tcplife_session_duration_seconds_sum{port=\"80\"} 27670116112.564327422"));
	CHECK(has("tcplife_connect_duration_seconds_bucket{port=\"80\",le=\"0.0005\"} 0"));
	CHECK(has("tcplife_connect_duration_seconds_bucket{port=\"80\",le=\"0.001\"} 6"));
	CHECK(!strstr(page, "tcplife_accept_wait_seconds"));
	metrics_free(m);
	tear_down();
}

/* Every time is in the bucket of the first bound that is not below it. */
static void test_bounds(void)
{
	for (unsigned bit = 0; bit < 63; bit++)
		for (int64_t near = -1; near <= 1; near++) {
			const uint64_t ns = (UINT64_C(1) << bit) + (uint64_t)near;
			struct buckets b = { 0 };
			unsigned i = 0;

			while (i < BUCKETS_BOUNDS && bucket_bounds[i].ns < ns)
				i++;
			buckets_add(&b, ns);
			CHECK(b.counts[i] == 1);
		}
	for (unsigned i = 0; i < BUCKETS_BOUNDS; i++) {
		struct buckets b = { 0 };

		buckets_add(&b, bucket_bounds[i].ns - 1);
		buckets_add(&b, bucket_bounds[i].ns);
		buckets_add(&b, bucket_bounds[i].ns + 1);
		CHECK(b.counts[i] == 2 && b.counts[i + 1] == 1);
	}
}

/* Keys of every kind and size tell sessions apart, and what is beside them does not. */
static void test_keys(void)
{
	struct metrics *m = metrics_by("port,uid,ip,errno,comm,laddr", 0);
	const struct session first = session(80, ENDING_FIN_LOCAL);
	struct session s = first;

	set_up();
	metrics_add(m, &s);
	s.lport = s.rport = 1;
	s.netns = s.rtt_us = -1;
	memset(s.raddr, 0xff, sizeof(s.raddr));
	memset(s.laddr + 4, 0xff, sizeof(s.laddr) - 4);
	memset(s.comm + 1, 0xff, sizeof(s.comm) - 1);
	metrics_add(m, &s);
	written(m);
	CHECK(has("tcplife_groups 1"));
	s = first;
	s.uid = INT64_C(1) << 32;
	metrics_add(m, &s);
	s = first;
	s.error = 1 << 24;
	metrics_add(m, &s);
	s = first;
	s.laddr[3] = 1;
	metrics_add(m, &s);
	s = first;
	s.comm[0] = 'a';
	metrics_add(m, &s);
	written(m);
	CHECK(has("tcplife_groups 5"));
	metrics_free(m);
	tear_down();
}

/* The first session without a group of its own is told of; none is lost. */
static void test_limit(void)
{
	struct metrics *m = metrics_by("port", 2);
	struct session s;
	unsigned told = 0;

	set_up();
	for (uint16_t port = 1; port <= 5; port++) {
		s = session(port, ENDING_FIN_LOCAL);
		told += !metrics_add(m, &s);
	}
	CHECK(told == 1);
	written(m);
	CHECK(has("tcplife_sessions_total{port=\"2\",ending=\"fin-local\"} 1"));
	CHECK(has("tcplife_sessions_total{group=\"other\",ending=\"fin-local\"} 3"));
	CHECK(!strstr(page, "port=\"3\""));
	CHECK(has("tcplife_groups 2") && has("tcplife_groups_limit 2"));
	metrics_free(m);
	tear_down();
}

static void test_labels(void)
{
	struct metrics *m = metrics_by("comm,ending,raddr,uid,cgroup", 0);
	struct session s = session(80, ENDING_FIN_LOCAL);

	set_up();
	s.pid = 1;
	s.uid = 7;
	s.cgroup = "/a \"b\" \\x41 \xff \xc3\xa9\n/";
	snprintf(s.comm, sizeof(s.comm), "other");
	metrics_add(m, &s);
	s = session(80, ENDING_UNKNOWN);
	s.uid = -1;
	metrics_add(m, &s);
	written(m);
	CHECK(has("tcplife_sessions_total{comm=\"other\",ending=\"fin-local\",raddr=\"0.0.0.0\","
		  "uid=\"7\",cgroup=\"/a \\\"b\\\" \\\\x5cx41 \\\\xff \xc3\xa9\\\\x0a/\"} 1"));
	CHECK(has("tcplife_sessions_total{comm=\"\",ending=\"\",raddr=\"0.0.0.0\",uid=\"\","
		  "cgroup=\"\"} 1"));
	metrics_free(m);
	tear_down();
}

/* The longest names that the kernel has, and more text than any buffer. */
static void test_long(void)
{
	struct metrics *m = metrics_by("cgroup,port", 0);
	char cgroup[4096];
	struct session s;
	struct stat stat_;

	set_up();
	memset(cgroup, '\xff', sizeof(cgroup) - 1);
	cgroup[sizeof(cgroup) - 1] = '\0';
	for (uint16_t port = 1; port <= 9; port++) {
		s = session(port, ENDING_FIN_LOCAL);
		s.cgroup = cgroup;
		metrics_add(m, &s);
	}
	written(m);
	CHECK(!stat(path, &stat_) && stat_.st_size > 9 * 40 * 5 * 4095);
	metrics_free(m);
	tear_down();
}

/* A number that is not known is missing, and does not stay what it was. */
static void test_open(void)
{
	struct metrics *m = metrics_by("", 0);

	set_up();
	written(m);
	CHECK(!strstr(page, "tcplife_open_sessions"));
	metrics_set_open(m, 7);
	written(m);
	CHECK(has("tcplife_open_sessions 7"));
	metrics_set_open(m, -1);
	written(m);
	CHECK(!strstr(page, "tcplife_open_sessions"));
	metrics_free(m);
	tear_down();
}

static void test_losses(void)
{
	struct metrics *m = metrics_by("", 0);

	set_up();
	written(m);
	CHECK(!strstr(page, "tcplife_lost_total"));
	metrics_set_losses(m, &(struct losses){ .buffer = 3, .missed = -1 });
	written(m);
	CHECK(has("tcplife_lost_total{cause=\"buffer\"} 3"));
	CHECK(has("tcplife_lost_total{cause=\"output\"} 0"));
	CHECK(!strstr(page, "missed"));
	metrics_free(m);
	tear_down();
}

/* The old file stays until the new one is complete, and if that fails. */
static void test_replacement(void)
{
	struct replacement *file;
	char beside[600];

	set_up();
	file = replacement_open(path, why, sizeof(why));
	if (!CHECK(file != NULL))
		return;
	CHECK(access(path, F_OK));
	replacement_begin(file);
	text_put_string(replacement_room(file, 100), "old\n");
	CHECK(!replacement_end(file));
	replacement_begin(file);
	text_put_string(replacement_room(file, 100), "new\n");
	replacement_room(file, 2 * REPLACEMENT_ROOM);
	CHECK_TEXT(read_page(), "old\n");
	CHECK(!replacement_end(file));
	CHECK_TEXT(read_page(), "new\n");
	/* A link in the place of the file beside is not followed. */
	snprintf(beside, sizeof(beside), "%s.new", path);
	CHECK(!symlink("/dev/null", beside));
	replacement_begin(file);
	CHECK(replacement_end(file) == -ELOOP);
	CHECK_TEXT(read_page(), "new\n");
	replacement_free(file);
	CHECK(!replacement_open(path, why, sizeof(why)) && strstr(why, path));
	unlink(beside);
	tear_down();
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "sums", test_sums },	   { "buckets", test_buckets },
		{ "bounds", test_bounds }, { "keys", test_keys },
		{ "limit", test_limit },   { "labels", test_labels },
		{ "long", test_long },	   { "losses", test_losses },
		{ "open", test_open },	   { "replacement", test_replacement },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
