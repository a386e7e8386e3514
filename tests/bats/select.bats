#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Which hook is chosen, where the layout comes from, and what --check says about it.

load tracer.bash

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	tcplife=$build/tcplife
	btf=/sys/kernel/btf/vmlinux
}

# Prints the layout that `--check --json` finds with these options, one field per line.
layout() {
	"$tcplife" --check --json "$@" | jq -r '.layout | to_entries[] | "\(.key) \(.value)"'
}

@test "the plan for machines that we do not have" {
	run -0 "$build/tests/unit_select" machines pure
	run -0 "$build/tests/unit_btf_view"
}

@test "--check shows what was found, what is chosen and why, exit status 0" {
	run -0 "$tcplife" --check
	[[ $output == *"$(uname -r)"* ]]
	[[ $output == *"-> tracepoint (typed)"* ]]
	[[ $output == *"Layout (kernel BTF)"* ]]
	[[ $output == *"tcp_sock.bytes_received"* ]]
	[[ $output == *"Tracing can start: tracepoint (typed), ring buffer"* ]]
}

@test "--check --json prints the same as one object" {
	run -0 "$tcplife" --check --json
	[ "${#lines[@]}" = 1 ]
	jq -e --arg release "$(uname -r)" '
		.type == "check" and .can_trace and .facts.release == $release and
		(.plan | length) == 3 and ([.plan[] | select(.chosen)] | length) == 1 and
		all(.plan[]; .reason != "") and .layout["tcp_sock.bytes_received"] > 0' <<<"$output"
}

@test "--check of a hook that cannot work: why, and exit status 1" {
	run -1 "$tcplife" --check --probe typed --btf none
	[[ $output == *"Tracing cannot start"*"--btf none forbids it"* ]]
	run -1 "$tcplife" --check --json --probe typed --btf none
	jq -e '.can_trace == false and (.why | test("--btf none forbids it")) and .why_code == "not-asked-for" and
		all(.plan[]; .why_code == "not-asked-for")' <<<"$output"
}

@test "--check --json: a code for each reason, for those found while loading, too" {
	local file=$BATS_TEST_TMPDIR/file
	run -0 "$tcplife" --check --json
	jq -e 'all(.plan[]; .usable == (.why_code == null))' <<<"$output"
	: >"$file"
	run -1 "$tcplife" --check --json --probe raw --btf "$file"
	jq -e '.why_code == "bad-btf" and .plan[1].why_code == "bad-btf" and (.plan[1].usable | not)' <<<"$output"
	run -1 prlimit --nofile=14 "$tcplife" --check --json
	jq -e '.why_code == "too-many-files" and .plan[0].why_code == "too-many-files"' <<<"$output"
	cp "$tcplife" "$BATS_TEST_TMPDIR/tcplife"
	chmod -R a+rX "$BATS_TEST_TMPDIR"
	run -1 setpriv --reuid 65534 --regid 65534 --clear-groups "$BATS_TEST_TMPDIR/tcplife" --check --json
	jq -e '.why_code == "not-permitted" and all(.plan[]; .why_code == "not-permitted")' <<<"$output"
}

@test "a forced hook that cannot work is an error" {
	run -1 --separate-stderr "$tcplife" --probe typed --btf none
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" = 1 ]
	[[ $stderr == "tcplife: no hook works on kernel $(uname -r): tracepoint (typed): needs"* ]]
}

@test "the discovered layout agrees with BTF, field by field" {
	layout --probe raw >"$BATS_TEST_TMPDIR/btf"
	layout --probe raw --btf none | grep -v ' null$' >"$BATS_TEST_TMPDIR/found"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/found")" -ge 8 ]
	for field in tcp_sock.bytes_received tcp_sock.bytes_acked sock.sk_err; do
		grep -q "^$field " "$BATS_TEST_TMPDIR/found"
	done
	run -0 grep -vxFf "$BATS_TEST_TMPDIR/btf" "$BATS_TEST_TMPDIR/found" || [ -z "$output" ]
	[ -z "$output" ]
}

@test "two discoveries at the same time" {
	local one=$BATS_TEST_TMPDIR/one two=$BATS_TEST_TMPDIR/two
	layout --probe raw --btf none >"$one" 3>&- &
	layout --probe raw --btf none >"$two"
	wait $!
	diff "$one" "$two"
	grep -q 'tcp_sock.bytes_received [0-9]' "$one"
}

@test "--btf FILE: the same layout as the kernel's own" {
	layout --probe raw >"$BATS_TEST_TMPDIR/kernel"
	layout --probe raw --btf "$btf" >"$BATS_TEST_TMPDIR/file"
	diff "$BATS_TEST_TMPDIR/kernel" "$BATS_TEST_TMPDIR/file"
}

@test "--btf FILE: missing, empty, truncated, foreign: one line with the name, exit status 1" {
	local file=$BATS_TEST_TMPDIR/file
	refused() {
		run -1 --separate-stderr "$tcplife" -d 0.1 --probe raw --btf "$file"
		[ "${#stderr_lines[@]}" = 1 ]
		[[ $stderr == *"--btf $file: $1"* ]]
	}
	refused "cannot be read as BTF: No such file or directory"
	: >"$file"
	refused "cannot be read as BTF"
	head -c 100000 "$btf" >"$file"
	refused "cannot be read as BTF"
	cp "$build/bpf/typed.bpf.o" "$file"
	refused "belongs to another kernel: it puts"
}

@test "the host's mounts are unchanged" {
	local before
	before=$(cat /proc/self/mounts)
	tracer_start --probe raw --btf none
	[ "$(cat /proc/self/mounts)" = "$before" ]
	tracer_stop
	[ "$(cat /proc/self/mounts)" = "$before" ]
}

@test "without bpf(2), --check calls unknown what it cannot try" {
	cp "$tcplife" "$BATS_TEST_TMPDIR/tcplife"
	chmod -R a+rX "$BATS_TEST_TMPDIR"
	run -1 setpriv --reuid 65534 --regid 65534 --clear-groups "$BATS_TEST_TMPDIR/tcplife" --check
	[[ $output == *"  ring buffer     unknown without bpf(2)"* ]]
	[[ $output == *"  exchange        unknown without bpf(2)"* ]]
}
