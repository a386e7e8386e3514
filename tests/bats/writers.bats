#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The output to the byte: table, CSV and JSON.

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
}

text() {
	run -0 "$build/tests/unit_text" "$@"
}

writers() {
	run -0 "$build/tests/unit_writers" "$@"
}

@test "numbers are as printf writes them" {
	text numbers ms-is-printf read-number
}

@test "addresses are as RFC 5952 writes them" {
	text addresses addresses-are-read-back
}

@test "wall-clock times are as RFC 3339 writes them" {
	text utc
}

@test "no name can move the cursor, and each can be had back" {
	text names names-are-read-back json-names
}

@test "cells are filled up by columns, not by bytes" {
	text padding full
}

@test "without the header" {
	writers no-header
}

@test "failed endings are red, if colour is wanted" {
	writers color terminal-color
}

@test "addresses get the room that a terminal has" {
	writers terminal
}

@test "the default and the wide table" {
	writers table wide
}

@test "CSV" {
	writers csv
}

@test "the columns TIME and TIME(s)" {
	writers times clock
}

@test "the extended columns, and END of open sessions" {
	writers extended open
}

@test "COMM is cut, escaped and quoted" {
	writers comm
}

@test "rows are those of the documented printf formats" {
	writers rows-are-printf
}

@test "JSON Lines" {
	writers json
}

@test "JSON is valid, whatever the name" {
	# jq alone would accept invalid UTF-8.
	"$build/tests/unit_writers" --print-json >"$BATS_TEST_TMPDIR/json"
	iconv -f UTF-8 -t UTF-8 "$BATS_TEST_TMPDIR/json" >/dev/null
	run -0 jq -c 'select(.type == "session" and (.comm | type) == "string")' \
		"$BATS_TEST_TMPDIR/json"
	[ "${#lines[@]}" -eq 5000 ]
}

@test "the header comes first and at once, sessions with the flush" {
	writers header-first longest-row
}

@test "a reader that goes, a full disk, a slow reader" {
	writers reader-gone disk-full slow-reader
}
