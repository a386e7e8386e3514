#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Times are right in a time namespace, and TIME is in the time zone, as date(1) has it.

load tracer.bash
load truth.bash
load standing.bash

setup() {
	bats_require_minimum_version 1.5.0
	tracer=
	shifted=(unshare --time --monotonic 100000)
}

teardown() {
	tracers_end
	standing_end
}

# The session's end in the JSON of $witness, as time of day in a zone.
clock_in() {
	TZ=$1 date -d "$(jq -r 'select(.rport == 1) | .ended' "$witness" | head -n 1)" +%T
}

# seconds HH:MM:SS: prints the seconds since midnight.
seconds() {
	local IFS=:
	# shellcheck disable=SC2086 # three words
	set -- $1
	echo $((10#$1 * 3600 + 10#$2 * 60 + 10#$3))
}

# Each tracer reads the clocks on its own, so one may report the next second.
same_clock() {
	local apart=$(($(seconds "$1") - $(seconds "$2")))
	[ ${apart#-} -le 1 ] || [ ${apart#-} -ge 86399 ]
}

@test "TIME agrees with date, for zones with rules, without rules, and in a file" {
	local zones=('' UTC Europe/Berlin :America/New_York EST5EDT CST6CDT PST8PDT MST7MDT EST XYZ5XYT XYZ-5XYT-7
		CET-1CEST,M3.5.0,M10.5.0/3 Nonsense/Zone '<+0330>-3:30' '<-03>3<-02>' /usr/share/zoneinfo/Asia/Kolkata
		posix/Asia/Tokyo GMT0 :) zone i
	witness_start
	for i in "${!zones[@]}"; do
		TZ=${zones[i]} "$programs/tcplife" -v -T -n 1 -D 1 >"$BATS_TEST_TMPDIR/zone.$i" \
			2>"$BATS_TEST_TMPDIR/said.$i" 3>&- &
		tracers[i]=$!
	done
	for i in "${!zones[@]}"; do await grep -q '^tcplife: tracing by ' "$BATS_TEST_TMPDIR/said.$i"; done
	bash -c 'exec 7<>/dev/tcp/127.0.0.1/1' 2>/dev/null || true
	wait "${tracers[@]}"
	witness_stop
	for i in "${!zones[@]}"; do
		zone=${zones[i]}
		read -r clock _ < <(sed -n 2p "$BATS_TEST_TMPDIR/zone.$i")
		echo "TZ=$zone: $clock, date: $(clock_in "$zone")"
		same_clock "$clock" "$(clock_in "$zone")"
	done
}

@test "in a time namespace, every field is right" {
	under=("${shifted[@]}")
	traced -j -- basic names
	true_records
}

@test "in a time namespace, --existing and --open show the right ages" {
	under=("${shifted[@]}")
	standing older
	tracer_start -j --existing
	go_on
	wait "$play"
	tracer_stop
	true_older
	rm "$go"
	standing open
	tracer_start -j --open --existing
	go_on
	await said told
	tracer_stop
	accept_hook
	true_records
}
