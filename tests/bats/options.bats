#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The command line: what it accepts and rejects, and the messages.

load usage.bash

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	tcplife=$build/tcplife
}

unit() {
	run -0 "$build/tests/unit_options" "$@"
}

@test "without options, the defaults" {
	unit defaults
}

@test "flags: short, long, clustered" {
	unit flags
}

@test "values: attached, with =, in the next word" {
	unit values words
}

@test "lists of ports and pids" {
	unit ports pids
}

@test "names of ports are those of /etc/services" {
	unit services
	printf 'ours\t4711/tcp\nours-too 4711/udp\n' >"$BATS_TEST_TMPDIR/services"
	services() {
		unshare -m sh -c 'mount --bind "$0" /etc/services && exec "$@"' "$BATS_TEST_TMPDIR/services" "$tcplife" "$@"
	}
	run -2 --separate-stderr services -L ours,ours-too
	[ "$stderr" = "tcplife: -L: 'ours-too' is not a port (1 to 65535) or a TCP service in /etc/services; try --help" ]
}

@test "bad ports, pids, numbers and words are named in the error" {
	unit bad-ports bad-values
}

@test "unknown, stray and contradictory options are refused" {
	unit bad-options rivals
}

@test "error messages cannot move the cursor" {
	unit error-is-safe
}

@test "help and version" {
	unit help usage
}

@test "tcplife: a usage error is one line that names the word, and exit status 2" {
	refuses "-L: '70000' is not a port (1 to 65535)" -L 70000
	refuses "-D: '80,' lacks a port" -D 80,
	refuses "-p: 'x' is not a pid (1 to 4194304)" -p x
	refuses "-6: '--ipv4' was given as well; choose one" -4 -6
	refuses "-j: '--csv' was given as well; choose one" -s -j
	refuses "'--nonsense' is not an option" --nonsense
	refuses "'-Z' is not an option" -Z
	refuses "'stray' is not an option" stray
	refuses "-L: 'LIST' is missing" -L
}

@test "tcplife: --help goes to stdout in 80 columns, exit status 0" {
	run -0 --separate-stderr "$tcplife" --help
	[ -z "$stderr" ]
	[ "${lines[0]}" = "usage: tcplife [OPTION]..." ]
	local line
	for line in "${lines[@]}"; do
		[ "${#line}" -le 80 ]
	done
	local help=$output
	run -0 "$tcplife" -h
	[ "$output" = "$help" ]
}

@test "tcplife: --version is one line, exit status 0" {
	run -0 --separate-stderr "$tcplife" --version
	[ -z "$stderr" ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "${lines[0]}" = tcplife\ * ]]
}
