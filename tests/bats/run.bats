#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# From start to end: terminal, pipe and exit code.

load tracer.bash

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	tcplife=$build/tcplife
}

teardown() {
	if [ -n "${tracer:-}" ]; then kill -KILL "$tracer" 2>/dev/null || true; fi
}

# Makes a known session: a connect to a loopback port where nothing listens.
session() { run bash -c 'exec 7<>/dev/tcp/127.0.0.1/1'; }

has_session() { grep -qE ' 127\.0\.0\.1 +1 ' "$1"; }

@test "SIGINT and SIGTERM end it with exit status 0" {
	# Background jobs of scripts have SIGINT ignored.
	under=(env --default-signal=INT)
	tracer_start
	tracer_stop INT
	under=()
	tracer_start
	tracer_stop TERM
}

# As a slow reader of $pipe does: takes up to BYTES of it.
takes() { head -c "$1" <&7 >>"$records"; }

@test "a second signal ends it at once, and what the reader did not take is told" {
	local pipe=$BATS_TEST_TMPDIR/pipe told
	records=$BATS_TEST_TMPDIR/records said=$BATS_TEST_TMPDIR/said
	mkfifo "$pipe"
	: >"$said"
	"$tcplife" -v -j >"$pipe" 2>"$said" 3>&- &
	tracer=$!
	exec 7<"$pipe"
	await tracer_is_up
	"$build/tests/workload" -o "$BATS_TEST_TMPDIR/truth" crowd crowd crowd crowd
	# As long as the reader goes on, it is waited for.
	kill -TERM "$tracer"
	takes 4096
	takes 4096
	kill -0 "$tracer"
	kill -TERM "$tracer"
	wait "$tracer"
	takes 1000000
	exec 7<&-
	told=$(sed -n 's/^tcplife: not printed:.* \([0-9]*\) that the output did not take.*/\1/p' "$said")
	[ "$told" -gt 0 ]
	# Each session of the workload is either a whole line or counted.
	[ $(($(grep -c '}$' "$records") + told)) -ge "$(grep -vc '^#' "$BATS_TEST_TMPDIR/truth")" ]
}

@test "into a pipe, the header comes at once and records as they happen" {
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

@test "a closed pipe ends it at once and quietly, even if no session ends" {
	local pipe=$BATS_TEST_TMPDIR/pipe said=$BATS_TEST_TMPDIR/said
	mkfifo "$pipe"
	head -1 "$pipe" >/dev/null 3>&- &
	# In its own network namespace, where there is nothing to print.
	unshare --net "$tcplife" >"$pipe" 2>"$said" 3>&- &
	tracer=$!
	wait "$tracer"
	# Sessions of others on this machine may have begun before.
	run -1 grep -v '^tcplife: not printed: ' "$said"
}

@test "-d ends it after a number of seconds, -n after a number of sessions" {
	run -0 "$tcplife" -d 0.1
	tracer_start -n 1 -L 1-65535 -D 1
	session
	session
	wait "$tracer"
	[ "$(grep -cE ' 127\.0\.0\.1 +1 ' "$records")" = 1 ]
}

@test "not root: one line with the remedy, exit status 1" {
	chmod 755 "$BATS_TEST_TMPDIR"
	cp "$tcplife" "$BATS_TEST_TMPDIR/tcplife"
	run -1 --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		"$BATS_TEST_TMPDIR/tcplife"
	[ -z "$output" ]
	[ "$stderr" = 'tcplife: tracing needs root, or CAP_BPF and CAP_PERFMON on 5.8 and later: run it with sudo, or in a container with --privileged' ]
}

@test "only -v shows the choice, the reasons and libbpf's log" {
	tracer_start --probe raw
	tracer_stop
	grep -q '^tcplife: not tracepoint (typed): not asked for by --probe$' "$said"
	run -0 --separate-stderr "$tcplife" -d 0.1
	[ -z "$stderr" ] || [[ $stderr == "tcplife: not printed: "* ]]
}

# Prints the folder of a new cgroup below ours, with this memory limit in bytes; fails if that is
# impossible.
limited_cgroup() {
	local v1 v2
	v1=/sys/fs/cgroup/memory$(awk -F: '$2 == "memory" { print $3 }' /proc/self/cgroup)
	v2=/sys/fs/cgroup$(awk -F: '$1 == 0 { print $3 }' /proc/self/cgroup)
	if [ -e "$v1/memory.limit_in_bytes" ]; then
		mkdir "$v1/tcplife-test-$$" && echo "$1" >"$v1/tcplife-test-$$/memory.limit_in_bytes" &&
			echo "$v1/tcplife-test-$$"
	else
		mkdir "$v2/tcplife-test-$$" && echo "$1" >"$v2/tcplife-test-$$/memory.max" && echo "$v2/tcplife-test-$$"
	fi
}

# Prints the KB of kernel memory that a run reports; WORDS precede the command.
kernel_kb() { "$@" "$tcplife" -v -d 0.1 2>&1 | sed -n 's/.*; \([0-9]*\) KB of kernel memory used$/\1/p'; }

@test "it takes less kernel memory in a cgroup with a small limit" {
	local plenty few cgroup
	plenty=$(kernel_kb)
	cgroup=$(limited_cgroup 67108864)
	# shellcheck disable=SC2016 # what that shell puts in
	few=$(kernel_kb sh -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$cgroup")
	rmdir "$cgroup"
	# At most an eighth of the limit, whatever the machine has.
	[ "$few" -gt 0 ]
	[ "$few" -le 8192 ]
	[ "$few" -lt "$plenty" ]
}
