#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# --read: records from a file or a pipe, in place of the kernel's.

load tracer.bash
load truth.bash

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	tcplife=$build/tcplife
	tracer=
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	tracers_end
}

# record JQ: a record, changed by a jq expression.
record() {
	jq -cn '{type: "session", schema: 1, host: "a", boot_id: null, id: "0123456789abcdef0123456789abcdef",
		started: "2026-01-02T03:04:05.000000000Z", ended: "2026-01-02T03:04:06.000000000Z",
		pid: 7, comm: "curl", uid: 0, ip: 4, laddr: "10.0.0.1", lport: 40000, raddr: "10.0.0.2", rport: 443,
		tx_bytes: 1000, rx_bytes: 2000, duration_ns: 1000000000, age_known: true, connect_ns: 100000,
		accept_wait_ns: null, dir: "out", ending: "fin-local", errno: 0, rtt_us: 50, retrans: 0, owner: "connect",
		netns: 4026531840, scope_id: null, cgroup_id: null, cgroup: null, container_id: null, pod_uid: null} | '"${1:-.}"
}

losses() {
	jq -cn '{type: "losses", schema: 1, buffer: 0, sessions: 0, output: 0, preexisting: 0, missed: 0, final: true} | '"${1:-.}"
}

# reads OPTIONS...: reads standard input with these options; must succeed and say nothing.
reads() {
	"$tcplife" --read - "$@" 2>said || { cat said >&2; return 1; }
	[ ! -s said ] || { cat said >&2; return 1; }
}

@test "the parser: JSON, times, what is unknown, what is no record" {
	run -0 "$build/tests/unit_parsed"
}

@test "what is traced with -j, read and printed with -j, is the same to the byte" {
	traced -j -- basic refused
	[ "$(grep -c '"type":"session"' "$records")" -gt 10 ]
	# It says what was lost, if anything was.
	"$tcplife" --read - -j <"$records" 2>said >again
	local counts='select(.type == "losses") | del(.host, .boot_id)'
	diff <(grep '"type":"session"' "$records") <(grep '"type":"session"' again)
	[ "$(jq -c "$counts" again)" = "$(jq -c "$counts" "$records")" ]
	run -1 grep -v '^tcplife: not printed: ' said
	# A file of its own, without privileges.
	cp "$records" all && chmod 644 all && chmod 755 .
	run -0 --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all "$tcplife" --read - -j <all
	[ "$output" = "$(<again)" ]
}

@test "--community-id: as the specification's example, at both ends, for IPv6, and only if asked for" {
	local id='1:LQU9qZlK+B5F3KDmev6m5PMibrg='
	record '.laddr = "128.232.110.120" | .lport = 34855 | .raddr = "66.35.250.204" | .rport = 80' >all
	record '.raddr = "128.232.110.120" | .rport = 34855 | .laddr = "66.35.250.204" | .lport = 80' >>all
	record '.ip = 6 | .laddr = "2001:db8::5" | .lport = 443 | .raddr = "fe80::1" | .rport = 50000' >>all
	record '.laddr = "10.0.0.1" | .lport = 300 | .raddr = "10.0.0.1" | .rport = 20' >>all
	run -0 reads -j --community-id <all
	[ "$(jq -r 'select(.type == "session").community_id' <<<"$output")" = \
		"$id"$'\n'"$id"$'\n1:X3pBI7OAW451qfL4GIynGEuKeqY=\n1:07gqXNvcfiO5pL9+12HZiPrJUOw=' ]
	# What is read with it, is printed with it.
	run -0 reads -j <<<"$output"
	[ "$(grep -c '"community_id":"1:' <<<"$output")" = 4 ]
	run -0 reads -j <all
	run -1 grep community_id <<<"$output"
	run -2 "$tcplife" --community-id
}

@test "each filter chooses the records that it chooses of the kernel's" {
	record >all
	record '.pid = 8 | .comm = "nginx" | .uid = 33 | .laddr = "192.0.2.9" | .lport = 80 | .dir = "in"' >>all
	record '.ip = 6 | .laddr = "2001:db8::1" | .raddr = "2001:db8::2" | .rport = 5432 | .ending = "timeout"' >>all
	record '.duration_ns = 5 | .raddr = "198.51.100.7" | .ending = "open" | .ended = null' >>all
	chosen() { # OPTION VALUE JQ
		local options=("$@")
		unset "options[-1]"
		diff <(reads -j "${options[@]}" <all | jq -c 'select(.type == "session")') <(jq -c "select(${*: -1})" all)
	}
	chosen -p 8,9 '.pid == 8'
	chosen -L 80-90 '.lport == 80'
	chosen -D 443 '.rport == 443'
	chosen -4 '.ip == 4'
	chosen -6 '.ip == 6'
	chosen --comm 'n*' '.comm == "nginx"'
	chosen --uid 33 '.uid == 33'
	chosen --laddr 192.0.2.0/24 '.laddr == "192.0.2.9"'
	chosen --raddr 2001:db8::/32 '.ip == 6'
	chosen --min-ms 1 '.duration_ns >= 1000000'
	chosen --end timeout,open '.ending == "timeout" or .ending == "open"'
	chosen -p 7 -D 443 -4 '.pid == 7 and .rport == 443 and .ip == 4'
	[ "$(reads -j -n 2 <all | grep -c session\")" = 2 ]
}

@test "each format prints them, and the times are those of the records" {
	{ record; record '.ended = "2026-01-02T03:04:08.250000000Z" | .ending = "rst-remote"'; } >all
	TZ=UTC run -0 "$tcplife" --read all -tT --header no
	[ "${lines[0]}" = "03:04:06 0.000000  7     curl       10.0.0.1        40000 10.0.0.2        443       0     1 1000.00" ]
	[ "${lines[1]}" = "03:04:08 2.250000  7     curl       10.0.0.1        40000 10.0.0.2        443       0     1 1000.00" ]
	run -0 "$tcplife" --read all -s
	[ "${lines[1]}" = "7,curl,4,10.0.0.1,40000,10.0.0.2,443,0,1,1000.00" ]
	run -0 "$tcplife" --read all -x
	[[ ${lines[2]} = *" out rst-remote "* ]]
	# An open session does not tell when it was listed, unless it tells when it began.
	record '.ending = "open" | .ended = null' >open
	record '.ending = "open" | .ended = null | .started = null | .age_known = false' >>open
	TZ=UTC run -0 "$tcplife" --read open -T --open --header no
	[[ ${lines[0]} = "03:04:06 "*" OPEN" ]]
	[[ ${lines[1]} = "-        "*" >1000.00  OPEN" ]]
}

@test "statistics are of the time that the records cover, also at intervals" {
	for second in 00 01 02 09 05 30; do record ".ended = \"2026-01-02T03:04:$second.000000000Z\""; done >all
	reads --stats -j <all >stats
	jq -es 'map(select(.of == "all"))[0] | .sessions == 6 and .elapsed_ns == 30000000000 and .per_second == 0.2 and
		.tx_bytes == 6000 and .p50_ns == 1000000000 and .ended == "2026-01-02T03:04:30.000000000Z"' stats
	# A late one is in the interval that is going on. Intervals without any are left out.
	reads --stats -j --interval 5s <all >stats
	[ "$(jq -r 'select(.of == "all" and .span == "interval") | "\(.sessions) \(.elapsed_ns) \(.ended[17:19])"' stats)" = \
"3 5000000000 05
2 5000000000 10
1 0 30" ]
	jq -es 'map(select(.of == "all" and .span == "interval"))[2].per_second == null' stats
	run -0 "$tcplife" --read all --stats --by raddr
	[[ ${lines[1]} = "RADDR    SESSIONS "* ]]
	[[ ${lines[2]} = "10.0.0.2        6 "* ]]
}

@test "lines that are no records are skipped and counted" {
	{
		echo 'Started tcplife.service - TCP sessions.'
		record
		echo
		record | sed 's/$/\r/'
		record '.new = {a: [1]}'
		record 'del(.uid, .retrans, .cgroup)'
		record | cut -c 1-100
		echo '{"type":"stats","sessions":1}'
		head -c 10000000 /dev/zero | tr '\0' x
		echo
		head -c 100000 /bin/sh | tr -d '\n'
		echo
		record | tr -d '\n' # the last line lacks its newline
	} >mixed
	run -0 --separate-stderr "$tcplife" --read mixed -j
	[ "$stderr" = "tcplife: skipped 5 of 10 lines, which are no records" ]
	[ "$(grep -c '"type":"session"' <<<"$output")" = 5 ]
	# In pieces that end anywhere.
	dd if=mixed bs=997 status=none | "$tcplife" --read - -j >out 2>said
	[ "$(grep -c '"type":"session"' out)" = 5 ]
	[ "$(<said)" = "$stderr" ]
}

@test "the losses of all runs are added up" {
	{
		record
		losses '.buffer = 1 | .final = false'
		losses '.buffer = 2 | .preexisting = 1 | .final = false'
		losses '.buffer = 3 | .preexisting = 1'
		record # of another run, which was killed after it told its losses
		losses '.missed = 5 | .final = false'
		losses '.output = 4 | .missed = null'
		losses 'del(.final) | .buffer = 10'
	} >all
	run -0 --separate-stderr "$tcplife" --read all -j
	[ "$(jq -c 'select(.type == "losses") | del(.host, .boot_id)' <<<"$output")" = "$(losses '.buffer = 13 | .output = 4 | .preexisting = 1 | .missed = 5')" ]
	[ "$stderr" = "tcplife: not printed: 13 lost to a full buffer (--buffer), 4 that the output did not take, 5 whose end the kernel did not report, 1 that began before tracing" ]
	# Without any, nothing is known of what was lost.
	record | reads -j >none
	tail -n 1 none | jq -e '[.buffer, .sessions, .output, .preexisting, .missed] == [null, null, null, null, null]'
}

@test "what cannot be read is refused in one line" {
	refused() { # LINE OPTIONS...
		run -1 --separate-stderr "$tcplife" "${@:2}"
		[ "$stderr" = "tcplife: $1" ]
	}
	refused "cannot read .: Is a directory" --read .
	refused "cannot read none: No such file or directory" --read none
	run -1 bash -c '"$0" --read - <&-' "$tcplife"
	[ "$output" = "tcplife: cannot read standard input: Bad file descriptor" ]
	printf 'a\nb\n' >text
	refused "no line of text is a record as --json prints it" --read text
	record | gzip >packed.gz
	refused "packed.gz is compressed: zcat packed.gz | tcplife --read -" --read packed.gz
	record >all
	refused "all is both read and written: write to another file" --read all -j -o all
	run -1 bash -c '"$0" --read all -j >>all' "$tcplife"
	# Nothing at all is no error.
	: >empty
	run -0 --separate-stderr "$tcplife" --read empty
	[ "${#lines[@]}" = 1 ]
	[ -z "$stderr" ]
	run -0 "$tcplife" --read /dev/null --header no
	[ -z "$output" ]
}

@test "options that need the kernel are refused" {
	for option in '--probe raw' '--btf none' '--transport perf' '--accept close' '--max-sessions 5' '--buffer 5' --check \
		--existing; do
		# shellcheck disable=SC2086 # two words
		run -2 --separate-stderr "$tcplife" --read x $option
		[ "$stderr" = "tcplife: --read: '${option%% *}' was given as well, and needs the kernel; choose one; try --help" ]
	done
}

@test "a pipe that stays open: records come at once, and Ctrl-C or -d end it" {
	mkfifo pipe
	env --default-signal=INT "$tcplife" --read pipe --header no >out 2>said 3>&- &
	tracer=$!
	exec 4>pipe
	record >&4
	await grep -q curl out
	record | head -c 50 >&4
	kill -INT "$tracer"
	wait "$tracer"
	tracer=
	[ "$(grep -c . out)" = 1 ]
	run -0 "$tcplife" --read pipe -d 100ms 4>&-
	exec 4>&-
	# Nobody ever writes.
	run -0 timeout 60 "$tcplife" --read pipe -d 100ms
	# Its reader goes away.
	exec 4<>pipe
	record >&4
	run -0 bash -c 'set -o pipefail; timeout 60 "$0" --read pipe 4>&- | head -n 1' "$tcplife"
	exec 4>&-
	[[ $output = PID* ]]
}

@test "rows of open sessions: with --open, and never of interim records" {
	record >all
	record '.ending = "open" | .ended = null | .rport = 22' >>all
	record '.type = "interim" | .ending = "open" | .ended = null | .rport = 23' >>all
	run -0 reads --header no <all
	[ "${#lines[@]}" = 1 ]
	[[ ${lines[0]} == *' 443 '* ]]
	run -0 reads --csv --header no --open <all
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[1]} == *,22,*,OPEN ]]
}

@test "records of open sessions are passed on, and statistics wait for the last one" {
	local live='.time = "2026-01-02T03:04:07.000000000Z" | .state = "ESTABLISHED" | .tx_delta_bytes = 1 | .rx_delta_bytes = null'
	record ".type = \"interim\" | .ending = \"open\" | .ended = null | $live" >all
	record "$live | .time = .ended | .state = null" >>all
	reads -j <all | head -n 2 | cmp - all
	TZ=UTC run -0 "$tcplife" --read all -T --header no
	[[ $output = "03:04:06 "* ]]
	[ "${#lines[@]}" = 1 ]
	reads -j --stats <all | jq -es 'map(select(.of == "all"))[0] | .sessions == 1 and .tx_bytes == 1000'
}

@test "containers and namespaces of records, too, are chosen and grouped by" {
	record '.netns = 4026531999' >all
	record '.cgroup = "/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope" |
		.container_id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"' >>all
	reads -j --netns 4026531999 <all | head -n 1 | jq -e '.netns == 4026531999'
	reads -j --container 0123456789ab <all | head -n 1 | jq -e '.container_id != null'
	reads -j --cgroup '/system.slice/*' <all | head -n 1 | jq -e '.cgroup != null'
	reads --stats --by container <all >grouped
	grep -q '^0123456789ab.* 1 ' grouped
}
