/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cli/options.h"

#include <stdlib.h>

#include "base/services.h"
#include "check.h"

#define WORDS_MAX 16

static struct options options;
static char error[OPTIONS_ERROR_SIZE];

/*
 * Parses words separated by single spaces. The options may point into a copy, valid until the next
 * call.
 */
static enum options_status parse(const char *words)
{
	static char copy[512];
	char *argv[WORDS_MAX + 1] = { (char[]){ "tcplife" } };
	int argc = 1;
	char *at = copy;

	snprintf(copy, sizeof(copy), "%s", words);
	error[0] = '\0';
	while (*words && at && argc < WORDS_MAX)
		argv[argc++] = strsep(&at, " ");
	return options_parse(&options, argc, argv, error, sizeof(error));
}

static bool runs(const char *words)
{
	return parse(words) == OPTIONS_RUN && !error[0];
}

static const char *error_of(const char *words)
{
	return parse(words) == OPTIONS_ERROR ? error : "(no error)";
}

static bool probes(const char *word)
{
	return strcmp(hook_word(options.probe), word) == 0;
}

static void test_defaults(void)
{
	CHECK(runs(""));
	CHECK(options.output.format == FORMAT_TABLE);
	CHECK(!options.output.time && !options.output.timestamp && !options.output.wide &&
	      !options.output.extended);
	CHECK(options.scope.family == 0 && options.scope.pid_count == 0);
	CHECK(ports_empty(&options.scope.local_ports) && ports_empty(&options.scope.remote_ports));
	CHECK(!options.open && !options.existing && !options.check && !options.verbose);
	CHECK(options.duration_ns == 0 && options.count == 0);
	CHECK(probes("auto") && options.btf == BTF_AUTO && !options.btf_file);
	CHECK(!options.max_sessions && !options.buffer_kb);
	CHECK(options.output.header == HEADER_YES && options.output.color == COLOR_AUTO &&
	      !options.filter.on);
	CHECK(runs("--"));
}

/* The kernel side reads only what is printed. */
static void test_asks(void)
{
	CHECK(runs("") && options_trace(&options).asks == 0);
	CHECK(runs("-j") && !(options_trace(&options).asks & ASKS_PPID));
	CHECK(runs("-x") && !(options_trace(&options).asks & ASKS_PPID));
	CHECK(runs("--ppid") && options_trace(&options).asks == ASKS_PPID);
	CHECK(runs("--ppid -j") && (options_trace(&options).asks & ASKS_PPID));
	CHECK(runs("--stats --by ppid") && options_trace(&options).asks == ASKS_PPID);
	CHECK_TEXT(error_of("--ppid --stats"),
		   "--ppid: '--stats' was given as well; choose one; try --help");
	CHECK_TEXT(error_of("--ppid --community-id"),
		   "--community-id: '--json' is missing; try --help");
}

static void test_flags(void)
{
	CHECK(runs("-stT"));
	CHECK(options.output.format == FORMAT_CSV && options.output.timestamp &&
	      options.output.time);
	CHECK(!options.output.wide && !options.output.extended);
	CHECK(runs("--metrics x.prom --by comm --groups 9 --interval 5 -s"));
	CHECK_TEXT(options.output.metrics, "x.prom");
	CHECK(!options.output.deltas && options.output.filter == &options.filter);
	CHECK_TEXT(error_of("--metrics x.prom --of rtt"), "'--of' needs --stats; try --help");
	CHECK_TEXT(error_of("--metrics x.prom --read y"),
		   "--read: '--metrics' was given as well, and needs the kernel; choose one; try "
		   "--help");
	CHECK(runs("--by raddr,end --stats --by=pid --interval 0.5"));
	CHECK(options.output.stats && options.output.figures.by.count == 3 &&
	      options.output.interval_ns == 500000000);
	CHECK(!strcmp(options.output.figures.by.keys[0]->key, "raddr") &&
	      !strcmp(options.output.figures.by.keys[1]->key, "ending"));
	CHECK(!strcmp(options.output.figures.by.keys[2]->key, "pid"));
	CHECK(runs("--header no --color=never"));
	CHECK(options.output.header == HEADER_NO && options.output.color == COLOR_NEVER);
	CHECK(runs("--header yes --color always"));
	CHECK(options.output.header == HEADER_YES && options.output.color == COLOR_ALWAYS);
	CHECK(runs("--csv --timestamp --time"));
	CHECK(options.output.format == FORMAT_CSV && options.output.timestamp &&
	      options.output.time);
	CHECK(runs("-w -s -x -v"));
	CHECK(options.output.wide && options.output.format == FORMAT_CSV &&
	      options.output.extended && options.verbose);
	CHECK(runs("--wide --extended --verbose"));
	CHECK(options.output.wide && options.output.format == FORMAT_TABLE &&
	      options.output.extended && options.verbose);
	CHECK(runs("--end open --open"));
	CHECK(runs("-j -o some.log") && !strcmp(options.output.file, "some.log"));
	CHECK(runs("-jj -j"));
	CHECK(options.output.format == FORMAT_JSON);
	CHECK(runs("--open --existing --check"));
	CHECK(options.open && options.existing && options.check);
	CHECK(runs("-4") && options.scope.family == 4);
	CHECK(runs("--ipv6") && options.scope.family == 6);
}

static void test_values(void)
{
	CHECK(runs("-L80 -D 443 -d 1.5 -n 20"));
	CHECK(ports_has(&options.scope.local_ports, 80) &&
	      ports_has(&options.scope.remote_ports, 443));
	CHECK(!ports_has(&options.scope.local_ports, 443) &&
	      !ports_has(&options.scope.remote_ports, 80));
	CHECK(options.duration_ns == 1500000000 && options.count == 20);
	CHECK(runs("--localport=80 --remoteport 443 --duration=.25 --count=18446744073709551615"));
	CHECK(ports_has(&options.scope.local_ports, 80) &&
	      ports_has(&options.scope.remote_ports, 443));
	CHECK(options.duration_ns == 250000000 && options.count == UINT64_MAX);
	CHECK(runs("-sL80 -stp 7") && options.output.format == FORMAT_CSV &&
	      options.scope.pids[0] == 7);
	CHECK(runs("-d 1h") && options.duration_ns == 3600000000000);
	CHECK(runs("-d 1.5m") && options.duration_ns == 90000000000);
	CHECK(runs("-d 2d") && options.duration_ns == 172800000000000);
	CHECK(runs("-d 3s") && options.duration_ns == 3000000000);
	CHECK(runs("--stats --interval 1.0000019ms") && options.output.interval_ns == 1000001);
	CHECK(runs("-d 1000000000.999999999") && options.duration_ns == 1000000000999999999);
	CHECK(runs("-d 2.") && options.duration_ns == 2000000000);
	CHECK(runs("-d 0.0000000019") && options.duration_ns == 1);
	CHECK(runs("--max-sessions 1000") && options.max_sessions == 1000);
	CHECK(runs("--buffer 64") && options.buffer_kb == 64);
}

static void test_words(void)
{
	CHECK(runs("--probe auto") && probes("auto"));
	CHECK(runs("--probe=tracepoint") && probes("tracepoint"));
	CHECK(runs("--probe typed") && probes("typed"));
	CHECK(runs("--probe raw") && probes("raw"));
	CHECK(runs("--probe kprobe") && probes("kprobe"));
	CHECK(runs("--btf none") && options.btf == BTF_NONE && !options.btf_file);
	CHECK(runs("--btf none --btf auto") && options.btf == BTF_AUTO && !options.btf_file);
	CHECK(runs("--btf=/boot/a=b.btf") && options.btf == BTF_FILE);
	CHECK_TEXT(options.btf_file ? options.btf_file : "", "/boot/a=b.btf");
}

static unsigned count_ports(const struct ports *p)
{
	unsigned count = 0;

	for (unsigned port = 0; port < 65536; port++)
		count += ports_has(p, (uint16_t)port);
	return count;
}

static void test_ports(void)
{
	CHECK(runs("-L 80,443,8000-8100"));
	CHECK(count_ports(&options.scope.local_ports) == 103);
	CHECK(ports_has(&options.scope.local_ports, 8000) &&
	      ports_has(&options.scope.local_ports, 8100));
	CHECK(!ports_has(&options.scope.local_ports, 7999) &&
	      !ports_has(&options.scope.local_ports, 8101));
	CHECK(options.scope.local_ports.words[80 / 64] == 1ull << 80 % 64);
	CHECK(runs("-L 1-65535") && count_ports(&options.scope.local_ports) == 65535);
	CHECK(!ports_has(&options.scope.local_ports, 0));
	CHECK(runs("-L 80 -L 81,80 --localport 90-91") &&
	      count_ports(&options.scope.local_ports) == 4);
	CHECK(runs("-L 7-7 -D 65535") && count_ports(&options.scope.local_ports) == 1);
	CHECK(runs("-L 0080") && ports_has(&options.scope.local_ports, 80));
}

static void test_pids(void)
{
	char list[SCOPE_PIDS * 8] = "";
	char *argv[] = { (char[]){ "tcplife" }, (char[]){ "-p" }, list, NULL, NULL, NULL };
	size_t length = 0;

	CHECK(runs("-p 1,4194304,1 --pid 181"));
	CHECK(options.scope.pid_count == 3);
	CHECK(options.scope.pids[0] == 1 && options.scope.pids[1] == 4194304 &&
	      options.scope.pids[2] == 181);

	for (unsigned i = 1; i <= SCOPE_PIDS; i++)
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%u",
					   i == 1 ? "" : ",", i);
	CHECK(options_parse(&options, 3, argv, error, sizeof(error)) == OPTIONS_RUN);
	CHECK(options.scope.pid_count == SCOPE_PIDS);
	argv[3] = (char[]){ "-p" };
	argv[4] = (char[]){ "5000" };
	CHECK(options_parse(&options, 5, argv, error, sizeof(error)) == OPTIONS_ERROR);
	CHECK_TEXT(error, "-p: '5000' is one pid too many (1024); try --help");
}

static void test_services(void)
{
	static const char lines[] = "# https 1/tcp\nhttps\t443/tcp\nhttp  80/tcp www # web\n"
				    "dns 53/udp\ndns 54/tcp\nbad tcp/80 web\nx 0/tcp\n8-a 9/tcp";
	static const struct {
		const char *name;
		unsigned port; /* 0: none */
	} services[] = {
		{ "https", 443 }, { "www", 80 }, { "dns", 54 }, { "8-a", 9 },	  { "web", 0 },
		{ "x", 0 },	  { "htt", 0 },	 { "", 0 },	{ "443/tcp", 0 },
	};

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		char copy[sizeof(lines)];
		uint16_t port = 0;

		memcpy(copy, lines, sizeof(lines));
		CHECK(service_find_in(copy, services[i].name, strlen(services[i].name), &port) ==
		      (services[i].port > 0));
		CHECK(port == services[i].port);
	}
}

static void test_bad_ports(void)
{
	CHECK_TEXT(error_of("-L 70000"), "-L: '70000' is not a port (1 to 65535); try --help");
	CHECK_TEXT(error_of("--localport=70000"),
		   "--localport: '70000' is not a port (1 to 65535); try --help");
	CHECK_TEXT(error_of("-D 80,0"), "-D: '0' is not a port (1 to 65535); try --help");
	CHECK_TEXT(error_of("-L 65536"), "-L: '65536' is not a port (1 to 65535); try --help");
	CHECK_TEXT(error_of("-L +80"), "-L: '+80' is not a port (1 to 65535); try --help");
	CHECK_TEXT(error_of("-L 0x50"), "-L: '0x50' is not a port (1 to 65535) or a TCP service in "
					"/etc/services; try --help");
	CHECK_TEXT(error_of("-L 99999999999999999999999"),
		   "-L: '99999999999999999999999' is not a port (1 to 65535); try --help");
	CHECK_TEXT(error_of("-L 80,"), "-L: '80,' lacks a port; try --help");
	CHECK_TEXT(error_of("-L ,80"), "-L: ',80' lacks a port; try --help");
	CHECK_TEXT(error_of("-L 80,,81"), "-L: '80,,81' lacks a port; try --help");
	CHECK_TEXT(error_of("-L="), "-L: '=' is not a port (1 to 65535); try --help");
	CHECK_TEXT(error_of("--localport="), "--localport: '' lacks a port; try --help");
	CHECK_TEXT(error_of("-L 90-80"), "-L: '90-80' is a range that runs backwards; try --help");
	CHECK_TEXT(error_of("-L 80-"), "-L: '80-' is a range without an end; try --help");
	CHECK_TEXT(error_of("-L -80"), "-L: '-80' is a range without an end; try --help");
	CHECK_TEXT(error_of("-L 1,-"), "-L: '-' is a range without an end; try --help");
	CHECK_TEXT(error_of("-L 1-2-3"), "-L: '2-3' is not a port (1 to 65535); try --help");
	CHECK_TEXT(error_of("-L 1-70000"), "-L: '70000' is not a port (1 to 65535); try --help");
	CHECK_TEXT(error_of("-L 0-5"), "-L: '0' is not a port (1 to 65535); try --help");
}

static void test_views(void)
{
	CHECK(runs("--top"));
	CHECK(options.output.top_ns == 2000000000 && options.open && options.existing);
	CHECK(options.output.deltas && !options.output.list);
	CHECK(runs("--top 5") && options.output.top_ns == 5000000000);
	CHECK(runs("--top=300ms") && options.output.top_ns == 300000000);
	CHECK(runs("--top -L 80 --by raddr") && options.output.top_ns == 2000000000);
	CHECK(options.output.figures.by.count == 1);
	CHECK(runs("--list -j") && options.output.list && options.open && options.existing);
	CHECK(!options.output.deltas);
	CHECK(runs("-d 0") && options.output.list);
	CHECK(runs("--list -x --by comm"));
	CHECK(runs("--list -s --by comm") && runs("--list -j --by comm"));
	CHECK(runs("--top 1 -d 5"));
	CHECK(runs("--open --interval 1") && options.output.deltas);
	CHECK(runs("--open --stats --interval 1") && !options.output.deltas);
	CHECK_TEXT(error_of("--top x"), "--top: 'x' is not a time above 0: seconds, or with a unit "
					"(300ms, 5m, 1h, 2d); try --help");
	CHECK_TEXT(error_of("--top 1 2"), "'2' is not an option; try --help");
	CHECK_TEXT(error_of("--top -j"),
		   "--top: '--json' was given as well; choose one; try --help");
	CHECK_TEXT(error_of("--list --top"),
		   "--list: '--top' was given as well; choose one; try --help");
	CHECK_TEXT(error_of("--list --stats"),
		   "--list: '--stats' was given as well; choose one; try --help");
	CHECK_TEXT(error_of("--top -s --by comm"),
		   "--top: '--csv' was given as well; choose one; try --help");
	CHECK_TEXT(error_of("--top --interval 1"),
		   "--top: '--interval' was given as well; choose one; try --help");
}

/* What ends, and when, means nothing for what is open; nor do columns of sessions for sums. */
static void test_rivals(void)
{
	static const char *const pairs[][3] = {
		{ "--list -T", "--list", "--time" },
		{ "--list -t -s", "--list", "--timestamp" },
		{ "--list -n 5", "--list", "--count" },
		{ "--list -d 5", "--list", "--duration" },
		{ "--list --metrics f", "--list", "--metrics" },
		{ "-d 0 --end timeout", "--list", "--end" },
		{ "--top -T", "--top", "--time" },
		{ "--top -t", "--top", "--timestamp" },
		{ "--top -n 5", "--top", "--count" },
		{ "--top --end open", "--top", "--end" },
		{ "--stats -T", "--stats", "--time" },
		{ "--stats -t", "--stats", "--timestamp" },
		{ "--stats -w", "--stats", "--wide" },
		{ "--check --stats", "--check", "--stats" },
		{ "--check --list -j", "--check", "--list" },
		{ "--self-test --top", "--self-test", "--top" },
		{ "--self-test --stats", "--self-test", "--stats" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		char expected[128];

		snprintf(expected, sizeof(expected),
			 "%s: '%s' was given as well; choose one; try --help", pairs[i][1],
			 pairs[i][2]);
		CHECK_TEXT(error_of(pairs[i][0]), expected);
	}
	CHECK_TEXT(error_of("--list --by rport --groups 1"),
		   "'--groups' needs --stats or --metrics; try --help");
}

static void test_bad_values(void)
{
	CHECK_TEXT(error_of("-p x"), "-p: 'x' is not a pid (1 to 4194304); try --help");
	CHECK_TEXT(error_of("-p 0"), "-p: '0' is not a pid (1 to 4194304); try --help");
	CHECK_TEXT(error_of("-p 1,4194305"),
		   "-p: '4194305' is not a pid (1 to 4194304); try --help");
	CHECK_TEXT(error_of("-p 1,"), "-p: '1,' lacks a pid; try --help");
	CHECK_TEXT(error_of("-d 0s"), "-d: '0s' is not a time: seconds, or with a unit (300ms, 5m, "
				      "1h, 2d), or 0 for --list; try --help");
	CHECK(parse("-d 0.0000000001") == OPTIONS_ERROR);
	CHECK(parse("-d .") == OPTIONS_ERROR);
	CHECK(parse("-d 1.2.3") == OPTIONS_ERROR);
	CHECK_TEXT(error_of("-d -1"), "-d: '-1' is not a time: seconds, or with a unit (300ms, 5m, "
				      "1h, 2d), or 0 for --list; try --help");
	CHECK(parse("-d 1e3") == OPTIONS_ERROR);
	CHECK(parse("-d 1M") == OPTIONS_ERROR);
	CHECK(parse("-d h") == OPTIONS_ERROR);
	CHECK(parse("-d 1h30m") == OPTIONS_ERROR);
	CHECK(parse("-d 99999d") == OPTIONS_ERROR);
	CHECK(parse("-d 0.0000001ms") == OPTIONS_ERROR);
	CHECK(parse("-d inf") == OPTIONS_ERROR);
	CHECK(parse("-d 1000000001") == OPTIONS_ERROR);
	CHECK(parse("--duration=") == OPTIONS_ERROR);
	CHECK_TEXT(error_of("-n 0"), "-n: '0' is not a number of sessions (1 or more); try --help");
	CHECK(parse("-n 18446744073709551616") == OPTIONS_ERROR);
	CHECK(parse("-n 1.5") == OPTIONS_ERROR);
	CHECK_TEXT(error_of("--max-sessions 16777217"),
		   "--max-sessions: '16777217' is not a number of sessions (1 to 16777216); "
		   "try --help");
	CHECK_TEXT(error_of("--buffer 0"),
		   "--buffer: '0' is not a size in KB (1 to 1048576); try --help");
	CHECK_TEXT(error_of("--probe kprobes"),
		   "--probe: 'kprobes' is not a probe (auto, tracepoint, typed, raw, "
		   "kprobe); try --help");
	CHECK_TEXT(error_of("--stats --by port,x"),
		   "--by: 'x' is not a key (port, host, pid, comm, uid, ip, laddr, lport, raddr, "
		   "rport, dir, ending, errno, owner, netns, cgroup, container, pod_uid, ppid); "
		   "try --help");
	CHECK_TEXT(error_of("--stats --by pid,pid"), "--by: 'pid' was given already; try --help");
	CHECK_TEXT(error_of("--stats --by="), "--by: '' lacks a key; try --help");
	CHECK_TEXT(error_of("--by pid"),
		   "'--by' needs --stats, --top, --list or --metrics; try --help");
	CHECK_TEXT(error_of("--of rtt"), "'--of' needs --stats; try --help");
	CHECK_TEXT(error_of("--groups 5"), "'--groups' needs --stats or --metrics; try --help");
	CHECK_TEXT(error_of("--no-histogram"), "'--no-histogram' needs --stats; try --help");
	CHECK_TEXT(error_of("--stats --of tx,ms"),
		   "--of: 'ms' is not a measure (duration, connect, accept-wait, rtt, tx, rx); try "
		   "--help");
	CHECK_TEXT(error_of("--stats --groups 4097"),
		   "--groups: '4097' is not a number of groups (1 to 4096); try --help");
	CHECK_TEXT(error_of("--interval 1 -4"),
		   "'--interval' needs --stats, --open or --metrics; try --help");
	CHECK_TEXT(error_of("--end open"), "--end: '--open' is missing; try --help");
	CHECK_TEXT(error_of("--stats -x"),
		   "--stats: '--extended' was given as well; choose one; try --help");
	CHECK_TEXT(error_of("-jx"), "--json: '--extended' was given as well, and JSON has no "
				    "columns; choose one; try --help");
	CHECK_TEXT(error_of("-jw"), "--json: '--wide' was given as well, and JSON has no columns; "
				    "choose one; try --help");
	CHECK_TEXT(error_of("-j -T"), "--json: '--time' was given as well, and JSON has no "
				      "columns; choose one; try --help");
	CHECK_TEXT(error_of("-j -t"), "--json: '--timestamp' was given as well, and JSON has no "
				      "columns; choose one; try --help");
	CHECK_TEXT(error_of("-s --stats"),
		   "--stats: '--csv' was given as well; choose one; try --help");
	CHECK_TEXT(error_of("--header maybe"),
		   "--header: 'maybe' is not one of them (yes, no); try --help");
	CHECK_TEXT(error_of("--color=red"),
		   "--color: 'red' is not one of them (auto, always, never); try --help");
	CHECK_TEXT(error_of("--btf="),
		   "--btf: '' is not a source of BTF (auto, none or a file); try --help");
}

static void test_bad_options(void)
{
	CHECK_TEXT(error_of("-Z"), "'-Z' is not an option; try --help");
	CHECK_TEXT(error_of("-sZt"), "'-Z' is not an option; try --help");
	CHECK_TEXT(error_of("--ports=80"), "'--ports' is not an option; try --help");
	CHECK_TEXT(error_of("--local 80"),
		   "'--local' is not an option (did you mean --localport?); try --help");
	CHECK_TEXT(error_of("---csv"),
		   "'---csv' is not an option (did you mean --csv?); try --help");
	CHECK_TEXT(error_of("--exisitng"),
		   "'--exisitng' is not an option (did you mean --existing?); try --help");
	CHECK_TEXT(error_of("--jsn=1"),
		   "'--jsn' is not an option (did you mean --json?); try --help");
	CHECK_TEXT(error_of("-stats"), "'-a' is not an option (did you mean --stats?); try --help");
	CHECK_TEXT(error_of("-"), "'-' is not an option; try --help");
	CHECK_TEXT(error_of("--e"), "'--e' is not an option; try --help");
	CHECK_TEXT(error_of("80"), "'80' is not an option; try --help");
	CHECK_TEXT(error_of("-s 80 -L x"), "'80' is not an option; try --help");
	CHECK_TEXT(error_of("-"), "'-' is not an option; try --help");
	CHECK_TEXT(error_of("-- -s"), "'-s' is not an option; try --help");
	CHECK_TEXT(error_of("-L"), "-L: 'LIST' is missing; try --help");
	CHECK_TEXT(error_of("-sp"), "-p: 'LIST' is missing; try --help");
	CHECK_TEXT(error_of("--duration"), "--duration: 'TIME' is missing; try --help");
	CHECK_TEXT(error_of("--csv=yes"),
		   "--csv: 'yes' is one value too many: it takes none; try --help");
	CHECK_TEXT(error_of("-46"), "-6: '--ipv4' was given as well; choose one; try --help");
	CHECK_TEXT(error_of("-6 --ipv4"),
		   "--ipv4: '--ipv6' was given as well; choose one; try --help");
	CHECK_TEXT(error_of("-s -j"), "-j: '--csv' was given as well; choose one; try --help");
	CHECK_TEXT(error_of("--json -s"), "-s: '--json' was given as well; choose one; try --help");
}

/* Bad words may come from untrusted sources: errors must not move the cursor or be endless. */
static void test_error_is_safe(void)
{
	char longest[300];
	char *argv[] = { (char[]){ "tcplife" }, (char[]){ "-L" }, longest, NULL };

	CHECK_TEXT(error_of("-L \033[2J"), "-L: '\\x1b[2J' is not a port (1 to 65535) or a TCP "
					   "service in /etc/services; try --help");
	CHECK_TEXT(error_of("-\xff"), "'-\\xff' is not an option; try --help");
	memset(longest, '9', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK(options_parse(&options, 3, argv, error, sizeof(error)) == OPTIONS_ERROR);
	CHECK(strlen(error) < 120 && strstr(error, "9' is not a port (1 to 65535); try --help"));
}

static void test_help(void)
{
	CHECK(parse("-h") == OPTIONS_HELP && parse("--help") == OPTIONS_HELP);
	CHECK(parse("-sh --nonsense") == OPTIONS_HELP);
	CHECK(parse("-V") == OPTIONS_VERSION && parse("-s --version") == OPTIONS_VERSION);
}

static void test_usage(void)
{
	static const char *const all[] = {
		"  -h, --help",		 "  -T, --time",	 "  -t, --timestamp",
		"  -w, --wide",		 "  -s, --csv",		 "  -j, --json",
		"  -x, --extended",	 "  -p, --pid LIST",	 "  -L, --localport LIST",
		"  -4, --ipv4",		 "  -6, --ipv6",	 "  -D, --remoteport LIST",
		"  -n, --count N",	 "      --open",	 "  -d, --duration TIME",
		"      --existing",	 "      --btf SOURCE",	 "      --probe PROBE",
		"      --check",	 "  -v, --verbose",	 "      --max-sessions N",
		"      --buffer KB",	 "  -V, --version",	 "      --header ",
		"      --color ",	 "      --comm ",	 "      --uid ",
		"      --laddr ",	 "      --raddr ",	 "      --min-ms ",
		"      --end ",		 "      --stats ",	 "      --by KEYS",
		"      --interval TIME", "      --cgroup GLOBS", "      --container IDS",
		"      --netns LIST",	 "      --top [TIME]",	 "      --list ",
	};
	char *usage = NULL;
	size_t size = 0, column = 0, widest = 0;
	FILE *out = open_memstream(&usage, &size);

	if (!CHECK(out != NULL))
		return;
	options_usage(out);
	fclose(out);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!CHECK(strstr(usage, all[i]) != NULL))
			printf("missing: %s\n", all[i]);
	for (unsigned i = 0; field_group_name(i); i++)
		CHECK(strstr(usage, field_group_name(i)) != NULL);
	for (unsigned i = 0; filter_ending(i); i++)
		CHECK(strstr(usage, filter_ending(i)) != NULL);
	for (const char *at = usage; *at; at++) {
		column = *at == '\n' ? 0 : column + 1;
		widest = column > widest ? column : widest;
	}
	CHECK(widest <= 80);
	CHECK(strstr(usage, "usage: tcplife") == usage);
	free(usage);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "defaults", test_defaults },
		{ "asks", test_asks },
		{ "flags", test_flags },
		{ "values", test_values },
		{ "words", test_words },
		{ "ports", test_ports },
		{ "pids", test_pids },
		{ "services", test_services },
		{ "bad-ports", test_bad_ports },
		{ "views", test_views },
		{ "rivals", test_rivals },
		{ "bad-values", test_bad_values },
		{ "bad-options", test_bad_options },
		{ "error-is-safe", test_error_is_safe },
		{ "help", test_help },
		{ "usage", test_usage },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
