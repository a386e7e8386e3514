#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Its output is true: real processes with real sessions, about which everything is known.

load tracer.bash
load load.bash
load truth.bash

setup() {
	bats_require_minimum_version 1.5.0
	tracer=''
}

teardown() {
	tracers_end
	if [ -n "$load" ]; then kill -KILL "$load" 2>/dev/null || true; fi
}

@test "every scenario, in JSON" {
	traced -j -- all
	true_records
}

# Most sessions find their set full on the kernel side, and go to the hash table.
among_many() {
	witness_start
	tracer_start -j --max-sessions 65536
	load_stand -o 80000
	workload all
	load_let_go
	tracer_stop
	witness_stop
	accept_hook
}

of_the_load() { grep -cE '"[lr]addr":"127\.77\.' "$1"; }

@test "every scenario, among 80,000 open sessions that nearly fill the table" {
	among_many
	true_records
	# Those are all there too, or counted.
	[ "$(of_the_load "$records")" -gt 79990 ]
	[ $(($(of_the_load "$records") + $(counted))) -ge "$(of_the_load "$witness")" ]
}

@test "CSV, with and without the times and the extended columns" {
	traced -s -- basic names
	true_records --format csv
	traced -stTx -- basic names link-local
	true_records --format csv
}

@test "the owner's parent is the process that forked it" {
	traced -j --ppid -- basic prefork fork passed killed-client
	true_records
	jq -es 'map(select(.type == "session")) | length > 10 and all(has("ppid"))' "$records"
	traced -j --ppid --probe raw -- basic prefork fork
	true_records
	traced -j --ppid --probe raw --transport perf -- basic fork
	true_records
	traced -sx --ppid -- basic prefork fork
	head -n 1 "$records" | grep -q ,PPID,
	true_records --format csv
	traced -x --ppid -- basic fork
	true_records --format table
	# Only BTF tells where it is.
	traced -j --ppid --btf none -- basic
	true_records --unknown ppid,tx_bytes,rx_bytes,errno,ending,rtt_us,retrans,netns,scope_id,accept_wait_ns
	jq -es 'map(select(.type == "session")) | length > 0 and all(.ppid == null)' "$records"
}

@test "the table and the wide table, with and without the times and the extended columns" {
	traced -- basic names
	true_records --format table
	traced -w -- basic
	true_records --format wide
	traced -twTx -- basic link-local
	true_records --format wide
}

# The rows of this run: both addresses are its own.
of_this_run() {
	LC_ALL=C grep -F "$(sed -n 's/^# scope \([0-9]*\.[0-9]*\.\).*/\1/p' "$truth")" "$records"
}

# The output must be valid UTF-8 without control characters other than newlines.
harmless() {
	iconv -f UTF-8 -t UTF-8 "$records" >/dev/null
	[ "$(LC_ALL=C tr -dc '\000-\037\177' <"$records" | tr -d '\n' | wc -c)" = 0 ]
}

# shows PATTERN: what it leaves of the rows must equal stdin, in any order.
shows() {
	sort >"$truth.shown"
	diff "$truth.shown" <(of_this_run | sed -E "$1" | sort)
}

@test "names of any bytes break no row and move no cursor, in the table, CSV and JSON" {
	export LC_ALL=C
	traced -- names
	harmless
	true_records --format table
	# Without surrounding blanks.
	shows 's/^[0-9]+ +//; s/ *127\..*//' <<-'END'
		a "b", c
		d, e\f
		\xff\xfe a
		\xc0\xaf
		\x1b[31m
		\x07\x08
		one\x0atwo
		\x09four,"
		\x5cx41|=\
		{"pid":0}
		grüne→漢字
		🐍
		ééééééé
		%s%n[234]
		-

	END
	traced -s -- names
	harmless
	true_records --format csv
	shows 's/^[0-9]+,//; s/,4,127\..*//' <<-'END'
		"a ""b"", c"
		" d, e\f "
		\xff\xfe a\xc3
		\xc0\xaf\xed\xa0\x80z\xf5\xe2\x82
		\x1b[31m\x1b[2J
		\x07\x08\x0d\x7f\xc2\x9bmx
		one\x0atwo\x0a
		"\x09four,""\x0d\x0a"""
		\x5cx41|=\\
		"{""pid"":0}"
		grüne→漢字
		🐍\xe2\x80\xae\xe2\x80\x8bx
		ééééééé\xc3
		%s%n[234]漢
		-
		" "
	END
	traced -j -- names
	harmless
	true_records
	shows 's/.*,"comm":(.*),"uid":.*/\1/' <<-'END'
		"a \"b\", c"
		" d, e\\f "
		"\\xff\\xfe a\\xc3"
		"\\xc0\\xaf\\xed\\xa0\\x80z\\xf5\\xe2\\x82"
		"\u001b[31m\u001b[2J"
		"\u0007\u0008\u000d\u007f\u009bmx"
		"one\u000atwo\u000a"
		"\u0009four,\"\u000d\u000a\""
		"\\x5cx41|=\\\\"
		"{\"pid\":0}"
		"grüne→漢字"
		"🐍\u202e\u200bx"
		"ééééééé\\xc3"
		"%s%n[234]漢"
		null
		" "
	END
}

@test "-4 and -6: IPv4 over dual-stack sockets is IPv4" {
	traced -j -4 -- basic
	true_records --only ip=4
	traced -j -6 -- basic
	true_records --only ip=6
}

@test "-L and -D print only sessions with these ports" {
	traced -j -L 7000 -- --port 7000 basic
	true_records --only lport=7000
	traced -j -D 7001,7002-7999 -- --port 7000 basic
	true_records --only rport=7001
	traced -j -L 1-6999,7001-65535 -D 7000 -- --port 7000 basic
	true_records --only rport=7000
}

@test "-p prints only sessions of that process, client or server" {
	local pids go who
	for who in 0 1; do
		mkfifo "$BATS_TEST_TMPDIR/go$who" "$BATS_TEST_TMPDIR/pids$who"
		workload --hold single <"$BATS_TEST_TMPDIR/go$who" >"$BATS_TEST_TMPDIR/pids$who" &
		play=$!
		exec {go}>"$BATS_TEST_TMPDIR/go$who"
		read -r -a pids <"$BATS_TEST_TMPDIR/pids$who"
		tracer_start -j -p "1,${pids[who]}"
		echo go >&"$go"
		exec {go}>&-
		wait "$play"
		tracer_stop
		accept_hook
		compare "${accept_hook[@]}" --only "pid=${pids[who]}"
	done
}

# A server still holds the socket of a session that was reset, or whose client is gone.
@test "--accept close: the owner closes the dead socket, with each hook and transport" {
	local words
	for words in "--probe typed" "--probe raw" "--probe raw --btf none --transport perf"; do
		# shellcheck disable=SC2086
		traced -j --accept close $words -- reset-by-client unread-by-client half-close-unread \
			accepted-late never-accepted prefork basic
		grep -q 'accept hook: tcp_destroy_sock' "$said"
		true_records
	done
}

@test "without BTF: the name of the process, whichever thread or kernel thread acts for it" {
	local transport
	for transport in ring perf; do
		traced -j --probe raw --btf none --transport "$transport" -- thread killed-threads uring-worker
		true_records
	done
}
