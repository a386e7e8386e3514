/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "session/filter.h"

#include <arpa/inet.h>
#include <unistd.h>

#include "check.h"
#include "cli/options.h"

static struct options options;
static char error[OPTIONS_ERROR_SIZE];

/* Parses an option. Returns the error text, or "". */
static const char *take(const char *option, const char *value)
{
	static char name[16], word[600]; /* options borrow from their words */
	char *argv[] = { (char[]){ "tcplife" }, name, word, NULL };

	snprintf(name, sizeof(name), "%s", option);
	snprintf(word, sizeof(word), "%s", value);
	error[0] = '\0';
	options_parse(&options, 3, argv, error, sizeof(error));
	return error;
}

static struct session session(const char *comm, int64_t uid, const char *raddr)
{
	struct session s = { .uid = uid, .ip = strchr(raddr, ':') ? 6 : 4 };

	snprintf(s.comm, sizeof(s.comm), "%s", comm);
	CHECK(inet_pton(s.ip == 6 ? AF_INET6 : AF_INET, raddr, s.raddr) == 1);
	memset(s.laddr, 7, s.ip == 6 ? 16 : 4);
	return s;
}

static bool accepts(struct session s)
{
	return filter_accepts(&options.filter, &s);
}

static bool accepts_comm(const char *comm)
{
	return accepts(session(comm, 0, "::1"));
}

static bool accepts_raddr(const char *raddr)
{
	return accepts(session("x", 0, raddr));
}

static void test_nothing(void)
{
	CHECK_TEXT(take("--probe", "auto"), "");
	CHECK(!options.filter.on);
	CHECK(accepts(session("-", -1, "::")));
	CHECK(accepts(session("\x80", 4294967295, "0.0.0.0")));
}

static void test_comm(void)
{
	CHECK_TEXT(take("--comm", "curl,php*,r?by"), "");
	CHECK(options.filter.on);
	CHECK(accepts_comm("curl") && accepts_comm("php") && accepts_comm("php-fpm8.2"));
	CHECK(accepts_comm("ruby") && !accepts_comm("rby") && !accepts_comm("rubyx"));
	CHECK(!accepts_comm("curl2") && !accepts_comm("cur") && !accepts_comm("-"));
	CHECK_TEXT(take("--comm", "*"), "");
	CHECK(accepts_comm("anything") && accepts_comm("\xff\xfe") && accepts_comm(""));
	CHECK_TEXT(take("--comm", "systemd-resolve"), "");
	CHECK(accepts_comm("systemd-resolve"));
	CHECK_TEXT(take("--comm", "systemd-resolved"),
		   "--comm: 'systemd-resolved' is longer than the 15 bytes of a name that the "
		   "kernel keeps; try --help");
	CHECK_TEXT(take("--comm", "a,,b"), "--comm: 'a,,b' lacks a name; try --help");
	CHECK_TEXT(take("--comm", ""), "--comm: '' lacks a name; try --help");
}

static void test_uid(void)
{
	CHECK_TEXT(take("--uid", "1000,root"), "");
	CHECK(accepts(session("x", 1000, "::1")) && accepts(session("x", 0, "::1")));
	CHECK(!accepts(session("x", 1001, "::1")));
	CHECK(!accepts(session("-", -1, "::1")));
	CHECK_TEXT(take("--uid", "4294967294"), "");
	CHECK(accepts(session("x", 4294967294, "::1")) && !accepts(session("-", -1, "::1")));
	CHECK_TEXT(take("--uid", "4294967295"),
		   "--uid: '4294967295' is not a user's number or name; try --help");
	CHECK_TEXT(take("--uid", "0,no such user"),
		   "--uid: 'no such user' is not a user's number or name; try --help");
	CHECK_TEXT(take("--uid", "-1"), "--uid: '-1' is not a user's number or name; try --help");
}

static void test_addresses(void)
{
	CHECK_TEXT(take("--raddr", "192.0.2.1,10.0.0.0/8,2001:db8::/33"), "");
	CHECK(accepts_raddr("192.0.2.1") && !accepts_raddr("192.0.2.2"));
	CHECK(accepts_raddr("10.0.0.0") && accepts_raddr("10.255.255.255"));
	CHECK(!accepts_raddr("11.0.0.0") && !accepts_raddr("9.255.255.255"));
	CHECK(accepts_raddr("2001:db8::") && accepts_raddr("2001:db8:7fff:ffff::1"));
	CHECK(!accepts_raddr("2001:db8:8000::") && !accepts_raddr("2001:db9::"));
	/* Its first bytes are those of 10.1.2.3, but the family differs. */
	CHECK(!accepts_raddr("a01:203::"));
	CHECK_TEXT(take("--raddr", "0.0.0.0/0"), "");
	CHECK(accepts_raddr("255.1.2.3") && !accepts_raddr("::1"));
	CHECK_TEXT(take("--raddr", "::/0"), "");
	CHECK(accepts_raddr("::1") && !accepts_raddr("1.2.3.4"));
	CHECK_TEXT(take("--raddr", "::ffff:192.0.2.0/121"), "");
	CHECK(accepts_raddr("192.0.2.127") && !accepts_raddr("192.0.2.128"));
	CHECK_TEXT(take("--laddr", "7.7.7.7,707:707:707:707:707:707:707:707"), "");
	CHECK(accepts_raddr("1.2.3.4") && accepts_raddr("::1"));
	CHECK_TEXT(take("--laddr", "7.7.7.8"), "");
	CHECK(!accepts_raddr("7.7.7.8"));
}

/* All prefix lengths of both families, compared with a bit by bit mask. */
static void test_prefixes(void)
{
	for (unsigned ip = 4; ip <= 6; ip += 2) {
		const unsigned bits = ip == 4 ? 32 : 128;

		for (unsigned prefix = 0; prefix <= bits; prefix++) {
			char net[64];

			snprintf(net, sizeof(net), "%s/%u",
				 ip == 4 ? "198.51.100.7" : "2001:db8::7", prefix);
			CHECK_TEXT(take("--raddr", net), "");
			for (unsigned flipped = 0; flipped < bits; flipped++) {
				struct session s =
					session("x", 0, ip == 4 ? "198.51.100.7" : "2001:db8::7");

				s.raddr[flipped / 8] ^= 0x80 >> flipped % 8;
				CHECK(accepts(s) == (flipped >= prefix));
			}
		}
	}
}

static void test_bad_addresses(void)
{
	static const char *const bad[] = { "1.2.3",	"1.2.3.4/33", "::1/129",   "1.2.3.4/",
					   "1.2.3.4/x", "1.2.3.4/-1", "localhost", "fe80::1%lo",
					   "/8",	"1.2.3.4/8/8" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char expected[160];

		snprintf(expected, sizeof(expected),
			 "--raddr: '%s' is not an address or a network (192.0.2.1, 10.0.0.0/8, "
			 "2001:db8::/32); try --help",
			 bad[i]);
		CHECK_TEXT(take("--raddr", bad[i]), expected);
	}
	CHECK_TEXT(take("--laddr", "::1,"), "--laddr: '::1,' lacks an address; try --help");
}

static void test_end(void)
{
	CHECK_TEXT(take("--end", "refused,timeout"), "");
	for (unsigned i = 0; i < ENDINGS; i++) {
		struct session s = session("x", 0, "::1");

		s.ending = (enum ending)i;
		CHECK(accepts(s) == (i == ENDING_REFUSED || i == ENDING_TIMEOUT));
	}
	for (unsigned i = 0; i < ENDINGS; i++)
		CHECK_TEXT(take("--end", ending_name((enum ending)i)),
			   i == ENDING_OPEN ? "--end: '--open' is missing; try --help" : "");
	CHECK_TEXT(take("--end", "fin"),
		   "--end: 'fin' is not an ending (unknown, open, fin-local, fin-remote, fin-both, "
		   "rst-local, rst-remote, rst-closed, timeout, refused, unreachable, no-port, "
		   "cancelled, aborted, checkpoint, error); try --help");
}

static void test_min_ms(void)
{
	struct session s = session("x", 0, "::1");

	CHECK_TEXT(take("--min-ms", "1.5"), "");
	s.duration_ns = 1499999;
	CHECK(!accepts(s));
	s.duration_ns = 1500000;
	CHECK(accepts(s));
	CHECK_TEXT(take("--min-ms", "1000000000"), "");
	CHECK(!accepts(s));
	CHECK_TEXT(take("--min-ms", "0"), "");
	CHECK_TEXT(take("--min-ms", "1s"),
		   "--min-ms: '1s' is not a time in milliseconds (up to 1000000000); try --help");
	CHECK(take("--min-ms", "-1")[0] && take("--min-ms", "")[0]);
	CHECK(take("--min-ms", "1000000001")[0]);
}

static void test_too_many(void)
{
	char list[600] = "7";

	for (int i = 1; i < FILTER_WORDS; i++)
		strcat(list, ",7");
	CHECK_TEXT(take("--uid", list), "");
	CHECK_TEXT(take("--comm", list), "");
	strcat(list, ",8");
	CHECK_TEXT(take("--uid", list), "--uid: '8' is one too many (64); try --help");
	CHECK_TEXT(take("--comm", list), "--comm: '8' is one too many (64); try --help");
	strcpy(list, "::7");
	for (int i = 1; i < FILTER_WORDS; i++)
		strcat(list, ",::7");
	CHECK_TEXT(take("--laddr", list), "");
	strcat(list, ",::8");
	CHECK_TEXT(take("--raddr", list), "--raddr: '::8' is one too many (64); try --help");
}

/* All filters must accept. */
static void test_combined(void)
{
	char *argv[] = { (char[]){ "tcplife" },	    (char[]){ "--comm=a" }, (char[]){ "--uid=1" },
			 (char[]){ "--raddr=::1" }, (char[]){ "--comm=b" }, NULL };

	CHECK(options_parse(&options, 5, argv, error, sizeof(error)) == OPTIONS_RUN);
	CHECK(accepts(session("a", 1, "::1")) && accepts(session("b", 1, "::1")));
	CHECK(!accepts(session("c", 1, "::1")) && !accepts(session("a", 2, "::1")));
	CHECK(!accepts(session("a", 1, "::2")));
}

static bool accepts_cgroup(const char *path)
{
	struct session s = session("x", 0, "::1");

	s.cgroup = path;
	/* Either it matches, or it might if its cgroup were known, or it never does. */
	CHECK(filter_lacks_cgroup(&options.filter, &s) == !path);
	return accepts(s);
}

static void test_cgroup(void)
{
	CHECK_TEXT(take("--cgroup", "nginx.service,/user.slice/*"), "");
	CHECK(accepts_cgroup("/system.slice/nginx.service"));
	CHECK(accepts_cgroup("/system.slice/nginx.service/worker"));
	CHECK(accepts_cgroup("./nginx.service"));
	CHECK(accepts_cgroup("/user.slice/a/b"));
	CHECK(!accepts_cgroup("/user.slice"));
	CHECK(!accepts_cgroup("/system.slice/nginx.service2"));
	CHECK(!accepts_cgroup("/a/user.slice/b"));
	CHECK(!accepts_cgroup("/"));
	CHECK(!accepts_cgroup(NULL));
	CHECK_TEXT(take("--cgroup", "/"), "");
	CHECK(accepts_cgroup("/"));
	CHECK(!accepts_cgroup("/a"));
	CHECK_TEXT(take("--cgroup", "a?c/d*"), "");
	CHECK(accepts_cgroup("/x/abc/def"));
	CHECK(!accepts_cgroup("/abc"));
	CHECK_TEXT(take("--cgroup", "a,,b"), "--cgroup: 'a,,b' lacks a cgroup; try --help");
}

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_container(void)
{
	CHECK_TEXT(take("--container", "0123456789ab,web"), "");
	CHECK(accepts_cgroup("/docker/" ID));
	CHECK(accepts_cgroup("/docker/" ID "/docker/f" ID));
	CHECK(accepts_cgroup("/lxc.payload.web/init.scope"));
	CHECK(!accepts_cgroup("/docker/f" ID));
	CHECK_TEXT(take("--container", "web,containerd://" ID), "");
	CHECK(accepts_cgroup("/kubepods/pod1/" ID));
	CHECK(accepts_cgroup("/lxc/web"));
	CHECK(!accepts_cgroup("/lxc.payload.web2"));
	CHECK(!accepts_cgroup("/"));
	CHECK(!accepts_cgroup(NULL));
	CHECK_TEXT(take("--container", "docker://"), "");
	CHECK(!accepts_cgroup("/lxc/web"));
}

static void test_netns(void)
{
	struct session s = session("x", 0, "::1");
	char own[32];

	CHECK_TEXT(take("--netns", "4026531833,4026532177"), "");
	s.netns = 4026532177;
	CHECK(accepts(s));
	s.netns = 4026532178;
	CHECK(!accepts(s));
	s.netns = -1;
	CHECK(!accepts(s));
	snprintf(own, sizeof(own), "self,%d", (int)getpid());
	CHECK_TEXT(take("--netns", own), "");
	CHECK(options.filter.netns[0] == options.filter.netns[1]);
	CHECK(options.filter.netns_count == 2);
	CHECK_TEXT(take("--netns", "/proc/self/ns/net"), "");
	CHECK_TEXT(take("--netns", "4194303"),
		   "--netns: '4194303' is not the PID of a process here; try --help");
	CHECK_TEXT(take("--netns", "/nowhere"), "--netns: '/nowhere' does not exist; try --help");
	CHECK_TEXT(take("--netns", "/proc/self/ns/pid"),
		   "--netns: '/proc/self/ns/pid' is not a network namespace; try --help");
	CHECK_TEXT(take("--netns", "/etc/passwd"),
		   "--netns: '/etc/passwd' is not a network namespace; try --help");
	CHECK_TEXT(take("--netns", "blue"),
		   "--netns: 'blue' is not a network namespace (an inode number, a PID, a path "
		   "such as /run/netns/NAME, or self); try --help");
}

/* What an old kernel cannot tell is said, and not left to be noticed. */
static void test_impossible(void)
{
	const uint64_t all = KNOWS(KNOWN_CGROUP) | KNOWS(FIELD_NETNS_INUM);

	take("--container", "web");
	CHECK(!filter_impossible(&options.filter, all));
	CHECK(!filter_impossible(&options.filter, KNOWS(KNOWN_CGROUP)));
	CHECK(strstr(filter_impossible(&options.filter, 0), "4.18"));
	take("--netns", "self");
	CHECK(!filter_impossible(&options.filter, all));
	CHECK(strstr(filter_impossible(&options.filter, KNOWS(KNOWN_CGROUP)), "--check"));
	take("--comm", "web");
	CHECK(!filter_impossible(&options.filter, 0));
}

/* Both ends of a session agree; about one session in N is taken, whatever N and the addresses. */
static void test_sample(void)
{
	CHECK(strstr(take("--sample", "10"), "is not a sample"));
	CHECK(*take("--sample", "1/0") && *take("--sample", "1/x") && *take("--sample", "2/3"));
	CHECK_TEXT(take("--sample", "1/1"), "");
	CHECK(accepts(session("x", 0, "::1")));
	for (int ip = 4; ip <= 6; ip += 2) {
		unsigned taken = 0;

		CHECK_TEXT(take("--sample", "1/10"), "");
		for (unsigned i = 0; i < 20000; i++) {
			struct session here = session("x", 0, ip == 4 ? "10.0.0.1" : "fd00::1"),
				       there;

			here.lport = (uint16_t)(32768 + i % 28000);
			here.rport = 443;
			here.laddr[3] = (uint8_t)(i / 28000);
			there = here;
			memcpy(there.laddr, here.raddr, sizeof(here.raddr));
			memcpy(there.raddr, here.laddr, sizeof(here.laddr));
			there.lport = here.rport;
			there.rport = here.lport;
			taken += accepts(here);
			if (accepts(here) != accepts(there)) {
				CHECK(accepts(here) == accepts(there));
				return;
			}
		}
		/* Five standard deviations: 42 each. */
		CHECK(taken > 2000 - 5 * 42 && taken < 2000 + 5 * 42);
	}
}

/* Ends may run different versions: these sessions are in the sample, and the others are not. */
static void test_sample_stays(void)
{
	uint32_t which = 0;

	CHECK_TEXT(take("--sample", "1/4"), "");
	for (uint16_t i = 0; i < 32; i++) {
		struct session s = session("x", 0, "192.0.2.1");

		s.lport = 40000 + i;
		s.rport = 443;
		which |= (uint32_t)accepts(s) << i;
	}
	if (!CHECK(which == 0x30c0620e))
		printf("0x%08x\n", which);
}

static void test_min_bytes(void)
{
	struct session s = session("x", 0, "::1");

	CHECK(strstr(take("--min-bytes", "1k"), "is not a number of bytes"));
	CHECK_TEXT(take("--min-bytes", "1000"), "");
	s.tx_bytes = 600;
	s.rx_bytes = 399;
	CHECK(!accepts(s) && filter_thins(&options.filter, &s));
	s.rx_bytes = 400;
	CHECK(accepts(s) && !filter_thins(&options.filter, &s));
	s.rx_bytes = -1;
	CHECK(accepts(s));
}

/* What is thinned out is counted; what is filtered out is not. */
static void test_thins(void)
{
	struct session s = session("x", 0, "::1");

	s.duration_ns = 5;
	CHECK_TEXT(take("--min-ms", "1"), "");
	CHECK(filter_thins(&options.filter, &s));
	CHECK_TEXT(take("--end", "timeout"), "");
	CHECK(filter_thins(&options.filter, &s));
	CHECK_TEXT(take("--comm", "y"), "");
	CHECK(!accepts(s) && !filter_thins(&options.filter, &s));
	options.filter.min_ns = 10;
	CHECK(!filter_thins(&options.filter, &s));
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "nothing", test_nothing },
		{ "comm", test_comm },
		{ "uid", test_uid },
		{ "addresses", test_addresses },
		{ "prefixes", test_prefixes },
		{ "bad-addresses", test_bad_addresses },
		{ "end", test_end },
		{ "min-ms", test_min_ms },
		{ "too-many", test_too_many },
		{ "combined", test_combined },
		{ "cgroup", test_cgroup },
		{ "container", test_container },
		{ "sample", test_sample },
		{ "sample-stays", test_sample_stays },
		{ "min-bytes", test_min_bytes },
		{ "thins", test_thins },
		{ "netns", test_netns },
		{ "impossible", test_impossible },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
