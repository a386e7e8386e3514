#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The unit tests and hostile input under AddressSanitizer and UndefinedBehaviorSanitizer.

setup() {
	bats_require_minimum_version 1.5.0
	export BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	fuzz=$BATS_TEST_DIRNAME/../fuzz
}

@test "the unit tests have no memory errors and no leaks" {
	local unit ran=0
	for unit in "$BATS_TEST_DIRNAME"/../unit/*.c; do
		unit=$(basename "$unit" .c)
		# Its processes drop the system calls that the sanitizers need.
		if [ "$unit" = privilege ]; then continue; fi
		"$BUILD/sanitize/unit_$unit"
		ran=$((ran + 1))
	done
	[ $ran -gt 8 ]
}

@test "the BPF code on many threads: each session has its record and owner, and nothing is left over" {
	"$BUILD/sanitize/race"
	# What bpf/ relies on if a CPU reorders loads and stores.
	"$BUILD/tests/unit_ordering"
}

@test "a minute of fuzzing per target finds nothing" {
	"$fuzz/run" 60
}

@test "a finding of a fuzz target fails the run and is kept" {
	mkdir -p "$BATS_TEST_TMPDIR/sanitize"
	printf '#!/bin/sh\necho "does not hold: this"\nexit 77\n' >"$BATS_TEST_TMPDIR/sanitize/fuzz_options"
	chmod +x "$BATS_TEST_TMPDIR/sanitize/fuzz_options"
	BUILD=$BATS_TEST_TMPDIR run -1 "$fuzz/run" 1
	[[ $output == *"options: FAILED: "*"does not hold: this"* ]]
}
