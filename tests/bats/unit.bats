#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The systemd unit, under a real systemd and journald.

load tracer.bash
load systemd.bash

setup() {
	bats_require_minimum_version 1.5.0
	root=$BATS_TEST_DIRNAME/../..
	build=${BUILD:-$root/build}
	systemd_start "$build/tcplife" "$root/systemd/tcplife.service" --json -D 700-799
	within systemctl start tcplife
	await traces
}

teardown() {
	tracers_end
	systemd_end
}

pid() { within systemctl show -P MainPID tcplife; }

status() { within sed -n "s/^$1:[[:space:]]*//p" "/proc/$(pid)/status"; }

# Capabilities are dropped after attaching; systemd has installed a filter of system calls before.
traces() { [ "$(pid)" != 0 ] && [ "$(status CapEff)" = 0000000000000000 ]; }

journal() { within journalctl -u tcplife -o cat --no-pager; }

@test "every record of 10,000 sessions a second arrives in the journal" {
	local told records seen
	witness_start
	"$build/bench" load -p 700 -o 60000 3>&-
	within systemctl stop tcplife
	within journalctl --sync
	journal >"$BATS_TEST_TMPDIR/journal"
	told=$(grep '^{"type":"losses"' "$BATS_TEST_TMPDIR/journal" | tail -n 1)
	records=$(grep -c '"raddr":"127\.77\.' "$BATS_TEST_TMPDIR/journal")
	echo "$records records, $told"
	# What the kernel reported to no program, the witness lacks too.
	witness_stop
	seen=$(grep -c '"raddr":"127\.77\.[0-9.]*","rport":7[0-9][0-9],' "$witness")
	[ "$seen" -gt 29900 ]
	[ "$records" -le 30000 ]
	[ $((records + $(jq '.buffer + .sessions + .output + .missed + .preexisting' <<<"$told"))) -ge "$seen" ]
	# Losses to the buffer or the output would not be the journal's fault, but there is room for
	# everything.
	[ "$(jq '.buffer + .sessions + .output' <<<"$told")" = 0 ]
	run ! grep -i suppressed <(within journalctl -o cat --no-pager)
}

@test "it gives up all capabilities, including the bounding set, and is confined" {
	local set
	for set in CapEff CapPrm CapInh CapBnd CapAmb; do
		echo "$set $(status $set)"
		[ "$(status $set)" = 0000000000000000 ]
	done
	run -0 within systemd-analyze security --no-pager tcplife
	[[ $output =~ Overall\ exposure\ level\ for\ tcplife.service:\ ([0-9]+)\. ]]
	echo "${BASH_REMATCH[0]}"
	[ "${BASH_REMATCH[1]}" -lt 6 ]
}

@test "confined by the unit, it discovers the layout and sees older and open sessions" {
	local told
	within sh -c 'printf "[Service]\nExecStart=\nExecStart=/usr/local/bin/tcplife %s\n" \
		"--json --probe raw --btf none --existing --open -v -D 700-799" \
		>/etc/systemd/system/tcplife.service.d/options.conf'
	within systemctl daemon-reload
	within systemctl restart tcplife
	await traces
	"$build/bench" load -p 700 -o 200 3>&-
	within systemctl stop tcplife
	within journalctl --sync
	journal >"$BATS_TEST_TMPDIR/journal"
	grep -q 'tracing by tracepoint (raw)' "$BATS_TEST_TMPDIR/journal"
	# It runs in a PID namespace here.
	run ! grep -vF 'outside this PID namespace' <(grep -F 'warning: ' "$BATS_TEST_TMPDIR/journal")
	[ "$(grep '"raddr":"127\.77\.' "$BATS_TEST_TMPDIR/journal" | jq -s 'map(select(.tx_bytes != null)) | length')" -ge 95 ]
}

@test "after restart, reload-or-restart and SIGHUP a new process traces" {
	local before how
	is_another() { [ "$(pid)" != "$before" ] && traces; }
	for how in restart reload-or-restart 'kill -s HUP'; do
		before=$(pid)
		# shellcheck disable=SC2086 # words
		within systemctl $how tcplife
		await is_another
	done
	# There is nothing to reload without a file to reopen.
	run ! within systemctl reload tcplife
	traces
}
