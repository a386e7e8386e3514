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

@test "numbers are formatted as printf does" {
	text numbers ms-is-printf read-number
}

@test "addresses are formatted as in RFC 5952" {
	text addresses addresses-are-read-back
}

@test "times are formatted as in RFC 3339" {
	text utc
}

@test "no name can move the cursor, and each can be decoded" {
	text names names-are-read-back json-names
}

@test "cells are padded by columns, not by bytes" {
	text padding full
}

@test "without the header" {
	writers no-header
}

@test "failures are red if colour is on" {
	writers color terminal-color
}

@test "names, addresses and paths use the terminal's width, and -x leaves out what it has no room for" {
	writers terminal terminal-extended terminal-path
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

@test "rows follow the documented printf formats" {
	writers rows-are-printf
}

@test "JSON Lines" {
	writers json
}

@test "JSON is valid, whatever the name" {
	# jq alone would accept invalid UTF-8.
	"$build/tests/unit_writers" --print-json >"$BATS_TEST_TMPDIR/json"
	iconv -f UTF-8 -t UTF-8 "$BATS_TEST_TMPDIR/json" >/dev/null
	run -0 jq -c 'select(.type == "session" and .pid == 1 and (.comm | type) == "string")' \
		"$BATS_TEST_TMPDIR/json"
	[ "${#lines[@]}" -eq 5000 ]
}

@test "the header is written at once, sessions at the flush" {
	writers header-first longest-row
}

@test "a reader that closes, a full disk, a slow reader" {
	writers reader-gone disk-full slow-reader
}
