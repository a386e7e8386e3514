#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Statistics: they must equal the sums of the records.

load tracer.bash
load truth.bash

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	tcplife=$build/tcplife
	tracer=
	connector=$BATS_TEST_TMPDIR/t$RANDOM$RANDOM
	ln -s "$(command -v bash)" "$connector"
	ours=(--comm "${connector##*/}")
}

teardown() {
	tracers_end
}

stats() {
	run -0 "$build/tests/unit_stats" "$@"
}

# Runs jq on the statistics of the whole run, all objects in one array.
whole() {
	jq -rs "map(select(.span == \"whole\")) | $1" "$records"
}

# connect_refused FROM TO: connects to these ports, where nothing listens, in a new network namespace and
# from a process with a unique name.
connect_refused() {
	unshare --net sh -c 'ip link set lo up && exec "$@"' sh "$connector" -c '
		for port in $(seq "$0" "$1"); do : 7<>"/dev/tcp/127.0.0.1/$port"; done' "$@" 2>/dev/null || true
}

@test "quantiles are within 0.4%, whatever the values" {
	run -0 "$build/tests/unit_histogram"
}

@test "what makes a group, and what is counted in it" {
	stats service keys combination sums failed
}

@test "percentiles and the histogram of lifespans" {
	stats quantiles accept-wait lifespans of
}

@test "beyond 4096 groups, sessions are in the group other" {
	stats limit
}

@test "--groups: only the largest groups, and the rest in the group other" {
	stats groups
}

@test "the table, its bars, JSON, and intervals" {
	stats table wait-columns of-columns bars json intervals
}

@test "the sums agree with the workload" {
	traced --stats -j --by dir,raddr -- basic
	awk -F'\t' '/raddr=/ {
		split("", of)
		for (i = 1; i <= NF; i++) { at = index($i, "="); of[substr($i, 1, at - 1)] = substr($i, at + 1) }
		key = of["dir"] " " of["raddr"]
		n[key]++; tx[key] += of["tx_bytes"]; rx[key] += of["rx_bytes"]
	} END { for (key in n) print key, n[key], tx[key], rx[key] }' "$truth" | sort >"$truth.sums"
	[ -s "$truth.sums" ]
	whole 'map(select(.of == "group"))[] | "\(.dir) \(.raddr) \(.sessions) \(.tx_bytes) \(.rx_bytes)"' |
		sort >"$records.sums"
	# Other sessions on this machine may be there too.
	run -0 comm -23 "$truth.sums" "$records.sums"
	[ -z "$output" ]
	[ "$(whole 'map(select(.of != "all").sessions) | add')" = "$(whole '.[] | select(.of == "all").sessions')" ]
}

@test "percentiles are between the workload's bounds" {
	local port=$((RANDOM % 20000 + 10000)) name percent
	traced --stats -j --by rport -D "$port" -- --port "$port" basic
	for name in p50 p90 p99 max; do
		percent=${name#p}
		if [ "$name" = max ]; then percent=100; fi
		grep -oE "\srport=$port\s.*duration_ns=[0-9.]+" "$truth" | sed 's/.*duration_ns=//; s/\.\./ /' |
			jq -Rns --argjson q "$percent" --argjson told "$(whole ".[] | select(.of == \"all\").${name}_ns")" '
				def of($q): sort | .[(length * $q / 100 | ceil) - 1];
				[input | splits("\n") | select(. != "") | split(" ") | map(tonumber)] |
				(map(.[0]) | of($q) * 0.996) <= $told and $told <= (map(.[1]) | of($q) * 1.004)' |
			grep -qx true
	done
	[ "$(whole '.[] | select(.of == "all").measured')" = "$(grep -cE "\srport=$port\s" "$truth")" ]
}

# true_sums KEYS: a line per group of the truth, with the keys and sums.
true_sums() {
	awk -F'\t' -v keys="$1" '/raddr=/ {
		split("", of)
		for (i = 1; i <= NF; i++) { at = index($i, "="); of[substr($i, 1, at - 1)] = substr($i, at + 1) }
		group = ""
		for (i = split(keys, name, ","); i; i--) group = of[name[i]] " " group
		n[group]++; tx[group] += of["tx_bytes"]; rx[group] += of["rx_bytes"]
	} END { for (group in n) print group n[group], tx[group], rx[group] }' "$truth" | LC_ALL=C sort
}

# told_sums KEYS SPAN: the same from the statistics, with the intervals summed.
told_sums() {
	jq -rs --arg keys "$1" --arg span "$2" '($keys | split(",")) as $keys |
		map(select(.span == $span and .of == "group")) | group_by([.[$keys[]]])[] |
		"\([.[0][$keys[]] | tostring] | join(" ")) \(map(.sessions) | add) \(map(.tx_bytes) | add) \(map(.rx_bytes) | add)"' \
		"$records" | LC_ALL=C sort
}

@test "by each key, the sums agree with the workload, for the whole run and over the intervals" {
	local key span keys
	for key in lport rport laddr raddr pid comm uid ending errno owner netns; do
		# The network namespace is this run's own, so its groups contain no other sessions.
		keys=$key,netns
		if [ $key = netns ]; then keys=netns; fi
		# Other sessions do not use up the room for groups either.
		traced --stats -j --by $keys --interval 0.1 \
			--comm 'first-*,later-*,size-*,crowd-*,refused-*' -- basic refused
		true_sums $keys >"$truth.sums"
		[ -s "$truth.sums" ]
		for span in whole interval; do
			told_sums $keys $span >"$records.sums"
			run -0 comm -23 "$truth.sums" "$records.sums"
			[ -z "$output" ]
		done
		# There are several intervals, so that something was summed.
		jq -es 'map(select(.span == "interval" and .of == "all")) | length > 1' "$records"
	done
}

@test "failed connects, in the table" {
	tracer_start --stats "${ours[@]}" --by rport,ending -n 4
	connect_refused 1 3
	connect_refused 2 2
	wait "$tracer"
	grep -qE '^all [0-9]+\.[0-9] s to ' "$records"
	[ "$(awk '$2 == "refused" || $1 == "all" && $3 !~ /s/ { print $1, $2, $3, $4 }' "$records")" = "$(
		cat <<-END
			2 refused 2 2
			1 refused 1 1
			3 refused 1 1
			all 4 4 $(awk '$1 == "all" && $3 == 4 { print $4 }' "$records")
		END
	)" ]
}

@test "a line is no wider than 80 columns" {
	LC_ALL=C tracer_start --stats "${ours[@]}"
	connect_refused 1 50
	tracer_stop
	[ "$(awk '{ if (length > most) most = length } END { print most }' "$records")" -le 80 ]
	grep -q '^PORT *DIR *SESSIONS FAILED ' "$records"
}

@test "too many groups, without privileges" {
	tracer_start --stats -j "${ours[@]}" --by rport,ending -n 4200
	connect_refused 1 4200
	wait "$tracer"
	[ "$(whole 'map(select(.of == "group")) | length')" = 4096 ]
	[ "$(whole '.[] | select(.of == "other").sessions')" = 104 ]
	[ "$(whole '.[] | select(.of == "all") | "\(.sessions) \(.measured)"')" = '4200 4200' ]
}

@test "statistics are printed at each interval while it runs" {
	tracer_start --stats -j --interval 0.1 "${ours[@]}"
	connect_refused 1 1
	await grep -q '"span":"interval".*"of":"all".*"sessions":1,' "$records"
	kill -0 "$tracer"
	tracer_stop
	[ "$(jq -s 'map(select(.span == "interval" and .of == "all").sessions) | add' "$records")" = 1 ]
	[ "$(whole '.[] | select(.of == "all").sessions')" = 1 ]
}

@test "options that need --stats, and options that it excludes" {
	run -2 --separate-stderr "$tcplife" --by pid
	[ "$stderr" = "tcplife: '--by' needs --stats, --top, --list or --metrics; try --help" ]
	run -2 --separate-stderr "$tcplife" --stats --csv
	[ "$stderr" = "tcplife: --stats: '--csv' was given as well; choose one; try --help" ]
}

@test "on a terminal, a line tells how far it is, until the statistics take its place" {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	python3 - "$tcplife" "$BATS_TEST_TMPDIR/pipe" 3>&- <<-'END'
		import os, pty, sys
		record = b'{"type":"session","laddr":"10.0.0.1","lport":1,"raddr":"10.0.0.2","rport":2,"duration_ns":3}\n'
		def run(term, options, awaited, keys):
		    pid, terminal = pty.fork()
		    if not pid:
		        os.environ['TERM'] = term
		        os.execv(sys.argv[1], [sys.argv[1], '--stats', '--read', sys.argv[2]] + options)
		    pipe = os.open(sys.argv[2], os.O_WRONLY)
		    os.write(pipe, record)
		    said = b''
		    while awaited not in said: said += os.read(terminal, 4096)
		    os.write(terminal, keys)
		    try:
		        while more := os.read(terminal, 4096): said += more
		    except OSError: pass
		    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
		    os.close(pipe)
		    return said
		erase = b'\r\x1b[K'
		said = run('xterm', [], b' s, 1 sessions; Ctrl-C ends it', b'\x03')
		shown = said.split(erase)
		assert shown[1] == b'0 s, 0 sessions; Ctrl-C ends it', shown
		# The statistics come after all of it is erased, ^C too.
		assert shown[-1].startswith(b'all ') and b'^C' not in shown[-1], shown
		said = run('xterm', ['-d', '1h', '--interval', '10'], b' of 3600 s, 1 sessions; Ctrl-C ends it now', b'\x03')
		assert said.split(erase)[-1].startswith(b'0.0 s to '), said
		said = run('dumb', ['-n', '1'], b'all ', b'')
		assert b'\x1b' not in said and b'Ctrl-C' not in said, said
	END
}
