#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# --self-test: a verdict on this machine that can be pasted into a ticket.

setup() {
	bats_require_minimum_version 1.5.0
	tcplife=${BUILD:-$BATS_TEST_DIRNAME/../../build}/tcplife
}

@test "all records are right by each hook and buffer, with and without BTF" {
	local options
	for options in '' '--probe raw' '--probe raw --btf none' '--transport perf' '--accept close' '-L 1 --comm nobody'; do
		# shellcheck disable=SC2086 # words
		run -0 "$tcplife" --self-test $options
		[ "${#lines[@]}" -le 24 ]
		[[ ${lines[0]} == "$("$tcplife" -V)" ]]
		[[ ${lines[-1]} =~ ^([0-9]+)\ of\ ([0-9]+)\ records\ are\ right$ ]]
		[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
		[ "${BASH_REMATCH[1]}" -ge 5 ]
		[[ $output == *"A state change costs "*" ns more"* ]]
		[[ $output != *WRONG* ]]
	done
}

@test "a record that is missing, extra, or wrong in owner, bytes, ending or duration fails it and is named" {
	run -0 "${tcplife%/*}/tests/unit_selftest"
}

@test "sessions that are lost are named, and it fails" {
	run -1 "$tcplife" --self-test --max-sessions 1
	[[ $output == *"order       client  right   right   right   right   by connect"* ]]
	[[ $output == *"order       server  NO RECORD"* ]]
	[[ $output == *"lost to a full session table"* ]]
	[[ ${lines[-1]} =~ ^[0-4]\ of ]]
}

@test "without privileges it says why the test cannot be made" {
	run -1 setpriv --reuid 65534 --clear-groups --bounding-set -all "$tcplife" --self-test
	[[ ${lines[-1]} == "The test cannot be made: "*root* ]]
}

@test "without IPv6 the other sessions are played; in a network namespace of its own, too" {
	# shellcheck disable=SC2016 # for the inner shell
	run -0 unshare --net bash -c 'ip link set lo up && echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6 && exec "$0" --self-test' "$tcplife"
	[[ $output == *"order, IPv6 not played"* ]]
	[[ ${lines[-1]} == '5 of 5 records are right' ]]
}

@test "it leaves no process behind, in a PID namespace either" {
	# shellcheck disable=SC2016 # for the inner shell
	run -0 unshare --pid --fork --mount-proc bash -c '"$0" --self-test >/dev/null && ps -e -o comm= && true' "$tcplife"
	[ "$output" = $'bash\nps' ]
}
