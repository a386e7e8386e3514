#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# From start to end: what the command does to its terminal, its pipe and its exit code.

load tracer.bash

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	tcplife=$build/tcplife
}

teardown() {
	if [ -n "${tracer:-}" ]; then kill -KILL "$tracer" 2>/dev/null || true; fi
}

# One session that we know of: a connect to a port of loopback where nobody listens.
session() { run bash -c 'exec 7<>/dev/tcp/127.0.0.1/1'; }

has_session() { grep -qE ' 127\.0\.0\.1 +1 ' "$1"; }

@test "SIGINT and SIGTERM end it with exit 0" {
	# What a script starts in the background has SIGINT ignored.
	under=(env --default-signal=INT)
	tracer_start
	tracer_stop INT
	under=()
	tracer_start
	tracer_stop TERM
}

@test "the header comes first, and records as they happen, into a pipe" {
	local pipe=$BATS_TEST_TMPDIR/pipe out=$BATS_TEST_TMPDIR/out
	mkfifo "$pipe"
	cat "$pipe" >"$out" 3>&- &
	"$tcplife" >"$pipe" 3>&- &
	tracer=$!
	await test -s "$out"
	[ "$(cat "$out")" = 'PID   COMM       LADDR           LPORT RADDR           RPORT TX_KB RX_KB MS' ]
	session
	await has_session "$out"
	kill -0 "$tracer"
	tracer_stop
}

@test "a pipe that closes ends it at once and quietly, though nothing happens" {
	local pipe=$BATS_TEST_TMPDIR/pipe said=$BATS_TEST_TMPDIR/said
	mkfifo "$pipe"
	head -1 "$pipe" >/dev/null 3>&- &
	# In a network namespace of its own, where there is nothing to print.
	unshare --net "$tcplife" >"$pipe" 2>"$said" 3>&- &
	tracer=$!
	wait "$tracer"
	# Of what others do on this machine, some may have begun before.
	run -1 grep -v '^tcplife: not printed: ' "$said"
}

@test "-d ends it after so many seconds, -n after so many sessions" {
	run -0 "$tcplife" -d 0.1
	tracer_start -n 1 -L 1-65535 -D 1
	session
	session
	wait "$tracer"
	[ "$(grep -cE ' 127\.0\.0\.1 +1 ' "$records")" = 1 ]
}

@test "not root: one line with the remedy, exit 1" {
	chmod 755 "$BATS_TEST_TMPDIR"
	cp "$tcplife" "$BATS_TEST_TMPDIR/tcplife"
	run -1 --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		"$BATS_TEST_TMPDIR/tcplife"
	[ -z "$output" ]
	[ "$stderr" = 'tcplife: tracing needs root, or CAP_BPF and CAP_PERFMON on 5.8 and later: run it with sudo' ]
}

@test "-v tells the choice and the reasons, and libbpf's log only then" {
	tracer_start --probe raw
	tracer_stop
	grep -q '^tcplife: not tracepoint (typed): not asked for by --probe$' "$said"
	run -0 --separate-stderr "$tcplife" -d 0.1
	[ -z "$stderr" ] || [[ $stderr == "tcplife: not printed: "* ]]
}
