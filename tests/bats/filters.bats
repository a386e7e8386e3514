#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Which sessions are printed: what each filter accepts and rejects.

load tracer.bash
load truth.bash
load usage.bash

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	tcplife=$build/tcplife
	tracer=
}

teardown() {
	tracers_end
}

filter() {
	run -0 "$build/tests/unit_filter" "$@"
}

# Makes a refused loopback session to the port.
session() { run bash -c "exec 7<>/dev/tcp/127.0.0.1/$1"; }

@test "each filter accepts what it should" {
	filter nothing comm uid addresses prefixes end min-ms combined cgroup container netns impossible
}

@test "a bad filter value is named in the error" {
	filter bad-addresses too-many
	refuses "--raddr: '10.0.0.0/33' is not an address or a network (192.0.2.1, 10.0.0.0/8, 2001:db8::/32)" \
		--raddr 10.0.0.0/33
	refuses "--end: 'rest' is not an ending (unknown, open, fin-local, fin-remote, fin-both, rst-local, rst-remote, rst-closed, timeout, refused, unreachable, no-port, cancelled, aborted, checkpoint, error)" \
		--end fin-local,rest
	refuses "--uid: 'nobody-here' is not a user's number or name" --uid nobody-here
	refuses "--min-ms: 'long' is not a time in milliseconds (up to 1000000000)" --min-ms long
	refuses "--header: 'maybe' is not one of them (yes, no)" --header maybe
}

@test "--end prints only sessions that ended in one of these ways" {
	traced -j --end refused -- refused basic
	[ "$(jq -r 'select(.type == "session").ending' "$records" | sort -u)" = refused ]
	true_records --only ending=refused
}

@test "--raddr and --laddr print only sessions with these addresses" {
	traced -j --raddr fd00::/8 -- basic
	true_records --only ip=6
	traced -j --laddr ::1,127.0.0.0/8 -- basic
	true_records --only ip=4
}

@test "--comm and --uid print only sessions of these owners" {
	local comm=t$RANDOM$RANDOM
	cp "$(command -v bash)" "$BATS_TEST_TMPDIR/$comm"
	chmod 755 "$BATS_TEST_TMPDIR"
	tracer_start -j --comm "${comm%?}*" --uid nobody
	session 1
	run setpriv --reuid 65534 bash -c 'exec 7<>/dev/tcp/127.0.0.1/2'
	run "$BATS_TEST_TMPDIR/$comm" -c 'exec 7<>/dev/tcp/127.0.0.1/3'
	run setpriv --reuid "$(id -u nobody)" "$BATS_TEST_TMPDIR/$comm" -c 'exec 7<>/dev/tcp/127.0.0.1/4'
	await test -s "$records"
	tracer_stop
	[ "$(jq -rs 'map(select(.type == "session") | "\(.comm) \(.uid) \(.rport)")[]' "$records")" = "$comm $(id -u nobody) 4" ]
}

@test "-n counts only sessions that pass the filters" {
	tracer_start -s --header no --raddr 127.0.0.1 --end refused -D 1-2 -n 2
	workload basic
	session 1
	session 2
	session 1
	wait "$tracer"
	[ "$(cut -d, -f6,7 "$records")" = "$(printf '127.0.0.1,1\n127.0.0.1,2')" ]
}
