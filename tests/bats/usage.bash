# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Expects usage errors; $tcplife is the binary.
# shellcheck shell=bash disable=SC2154

# refuses LINE OPTIONS...: exit code 2, nothing on stdout, and this line on stderr.
refuses() {
	local line=$1
	shift
	run -2 --separate-stderr "$tcplife" "$@"
	[ -z "$output" ]
	[ "$stderr" = "tcplife: $line; try --help" ]
}
