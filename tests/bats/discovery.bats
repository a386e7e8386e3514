#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Discovery of the layout without BTF: on a busy machine, next to other tracers, and invisible to them.

load tracer.bash

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	tcplife=$build/tcplife
	crowd=''
}

teardown() {
	if [ -n "$crowd" ]; then kill -KILL "$crowd" 2>/dev/null || true; fi
	tracers_end
}

# Starts sessions that keep both processors busy and whose packets interrupt everything.
crowd_start() {
	"$build/tests/crowd" >"$BATS_TEST_TMPDIR/crowd" 2>&1 3>&- &
	crowd=$!
	await grep -qx busy "$BATS_TEST_TMPDIR/crowd"
}

crowd_stop() {
	kill -KILL "$crowd"
	wait "$crowd" || true
	crowd=''
}

# Prints the layout that `--check --json` finds with these options, one field per line, without those that
# only BTF has.
layout() {
	"$tcplife" --check --json --probe raw "$@" |
		jq -r '.layout | to_entries[] | "\(.key) \(.value)"' |
		grep -vE 'total_retrans|sk_err_soft|sk_error_queue|sk_buff|sock_exterr_skb'
}

@test "foreign, torn, duplicate, reordered and lost snapshots and samples" {
	run -0 "$build/tests/unit_snapshots"
	run -0 "$build/tests/unit_match"
}

@test "calibration sessions are distinguished from real ones" {
	run -0 "$build/tests/unit_rehearsal"
}

@test "tracefs is found as a directory of debugfs" {
	run -0 "$build/tests/unit_pseudofs"
}

@test "on a busy machine every field is found where BTF says, 20 of 20 times" {
	layout >"$BATS_TEST_TMPDIR/btf"
	crowd_start
	for _ in {1..20}; do
		layout --btf none >"$BATS_TEST_TMPDIR/found"
		diff "$BATS_TEST_TMPDIR/btf" "$BATS_TEST_TMPDIR/found"
	done
	crowd_stop
}

@test "on a busy machine three tracers that start at once find the same layout" {
	local name others=()
	layout >"$BATS_TEST_TMPDIR/btf"
	crowd_start
	for name in one two; do
		layout --btf none >"$BATS_TEST_TMPDIR/$name" 3>&- &
		others+=($!)
	done
	layout --btf none >"$BATS_TEST_TMPDIR/three"
	wait "${others[@]}"
	crowd_stop
	for name in one two three; do diff "$BATS_TEST_TMPDIR/btf" "$BATS_TEST_TMPDIR/$name"; done
}

@test "no tracer prints a calibration session or counts one as lost" {
	local records=$BATS_TEST_TMPDIR/records said=$BATS_TEST_TMPDIR/said
	tracer_start -j --existing
	for _ in 1 2 3; do "$tcplife" --check --btf none --probe raw >/dev/null; done
	# If no network namespace can be created, rehearsals run on the host's loopback.
	setpriv --bounding-set -sys_admin --inh-caps -sys_admin -- \
		"$tcplife" --check --btf none --probe raw >/dev/null
	tracer_stop
	cat "$records" "$said"
	[ "$(jq -c 'select(.laddr != null and (.laddr | startswith("127.")))' "$records" | wc -l)" = 0 ]
	run -1 grep 'not printed' "$said"
}

@test "a real session within 127.64.0.0/10 is printed" {
	tracer_start -j
	python3 -c '
import socket
s = socket.create_server(("127.64.0.1", 0))
c = socket.create_connection(s.getsockname(), source_address=("127.100.7.7", 0))
print(s.getsockname()[1])
a = s.accept()[0]
c.close(); a.close()' >"$BATS_TEST_TMPDIR/port"
	tracer_stop
	[ "$(jq -c --argjson port "$(cat "$BATS_TEST_TMPDIR/port")" 'select(.lport == $port or .rport == $port)' "$records" | wc -l)" = 2 ]
}

@test "packets that come too late: the error blames the busy machine, not the kernel" {
	# A loopback on which sessions do not get beyond their first packets, and a tracer that may not
	# create its own network namespace.
	run -1 --separate-stderr unshare -n sh -c '
		ip link set lo up && nft add table ip t &&
		nft add chain ip t in "{ type filter hook input priority 0; }" &&
		nft add rule ip t in ip daddr 127.64.0.0/10 tcp flags "&" "(syn|ack)" == ack drop &&
		exec setpriv --bounding-set -sys_admin --inh-caps -sys_admin -- "$@"' sh \
		"$tcplife" --probe raw --btf none
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" = 1 ]
	[[ $stderr == "tcplife: the machine is too busy to find the kernel's layout in 10 s: "* ]]
	[[ $stderr == *"try again, with chrt -f 1 tcplife"* ]]
}
