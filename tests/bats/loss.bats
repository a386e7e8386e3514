#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Losses are counted by cause: printed and counted sessions together are all that there were. Each process
# of the load has a port, and opens as many connections as it may open files. The tests look at the load's
# server ends, by ports that nothing else uses.

load tracer.bash
load load.bash

ports=700-799

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	tracer='' reader=''
	witness_start
}

teardown() {
	local each
	tracers_end
	for each in $load $reader; do
		kill -KILL "$each" 2>/dev/null || true
	done
}

# sessions N: opens N connections together and closes them together; sets $ended.
sessions() {
	ended=$("$build/bench" load -p 700 -o $(($1 * 2)) 3>&- | sed 's/^open_sessions=\([0-9]*\) .*/\1/')
	ended=$((ended / 2))
	[ "$ended" -ge "$1" ]
}

# standing N: the same, but they stay open until let_go.
standing() { load_stand -p 700 -o $(($1 * 2)); }

let_go() {
	load_let_go
	ended=$(sed -n 's/^open_sessions=\([0-9]*\) .*/\1/p' "$stands")
	ended=$((ended / 2))
}

# Starts a reader of $pipe that reads nothing until told to; what it reads is in $records.
stopped_reader() {
	pipe=$BATS_TEST_TMPDIR/pipe records=$BATS_TEST_TMPDIR/records
	mkfifo "$pipe"
	sh -c 'kill -STOP $$; exec cat' <"$pipe" >"$records" 3>&- &
	reader=$!
}

# tracer_into_pipe OPTIONS...: starts a tracer that writes to $pipe.
tracer_into_pipe() {
	said=$BATS_TEST_TMPDIR/said
	: >"$said"
	"$build/tcplife" -v "$@" >"$pipe" 2>"$said" 3>&- &
	tracer=$!
	await tracer_is_up
}

go_on() {
	await grep -q '^State:.*T' "/proc/$reader/status"
	kill -CONT "$reader"
}

read_on() {
	go_on
	wait "$reader"
}

# lost CAUSE: its number in the last report of losses, which names only causes that there were.
lost() {
	local what count
	case $1 in
	buffer) what='lost to a full buffer' ;;
	sessions) what='lost to a full session table' ;;
	output) what='that the output did not take' ;;
	missed) what='whose end the kernel did not report' ;;
	preexisting) what='that began before tracing' ;;
	esac
	count=$(grep '^tcplife: not printed:' "$said" | tail -n 1 | grep -oE "[0-9]+ $what" || true)
	echo "${count%% *}" | sed 's/^$/0/'
}

# Counts whole lines; a truncated one counts as lost.
printed() { head -n "$(wc -l <"$records")" "$records" | grep -c ' 127\.77\..*[0-9]$' || true; }

counted() { echo $(($(lost buffer) + $(lost sessions) + $(lost output) + $(lost preexisting))); }

# The kernel may have skipped a session's last change; then it has counted that, or the witness lacks it
# too.
all_told() {
	local told=$(($(printed) + $(counted))) seen=$ended
	if [ -n "${watching:-}" ]; then
		witness_stop
		seen=$(grep -cE '"raddr":"127\.77\.[0-9.]*","rport":7[0-9][0-9],' "$witness")
		[ "$seen" -gt $((ended - 5)) ]
	fi
	echo "printed $(printed), counted $(counted), of $ended, seen $seen: $(grep 'not printed' "$said")"
	[ $told -le "$ended" ]
	[ $((told + $(lost missed))) -ge "$seen" ]
}

# in_json CAUSE: its number in the last object of losses. Sessions may follow one that was asked for.
in_json() { grep '^{"type":"losses".*}$' "$records" | tail -n 1 | jq -e ".$1"; }

@test "table and buffer sizes follow the machine's memory" {
	run -0 "$build/tests/unit_limits"
	tracer_start
	tracer_stop
	run -0 grep -cE '^tcplife: room for [0-9]+ open sessions and [0-9]+ KB of records; [0-9]+ KB of kernel memory used$' "$said"
}

@test "the memory limit of a cgroup is found" {
	run -0 "$build/tests/unit_memory"
}

@test "the hash table finds what it holds and nothing else" {
	run -0 "$build/tests/unit_table"
}

@test "records leave the ring whole and in order, and their slots are reused" {
	run -0 "$build/tests/unit_slots"
}

@test "40,000 sessions that end at once are all printed" {
	tracer_start -D $ports
	sessions 40000
	tracer_stop
	[ "$(lost buffer)" = 0 ]
	[ "$(lost sessions)" = 0 ]
	all_told
}

@test "a tiny buffer, and a tracer that is stopped while sessions end" {
	tracer_start -D $ports --buffer 16
	kill -STOP "$tracer"
	sessions 5000
	kill -CONT "$tracer"
	tracer_stop
	[ "$(lost buffer)" -gt 4000 ]
	all_told
}

@test "--max-sessions 8" {
	tracer_start -D $ports --max-sessions 8
	sessions 1000
	tracer_stop
	[ "$(lost sessions)" = $((ended - 8)) ]
	[ "$(lost preexisting)" = 0 ]
	all_told
}

@test "--max-sessions 8 with half of the sessions ending after the tracer" {
	tracer_start -D $ports --max-sessions 8
	standing 1000
	tracer_stop
	# Nothing has ended yet, so nothing is lost.
	[ "$(counted)" = 0 ]
	let_go
}

@test "sessions that are older than the tracer are counted" {
	standing 1000
	tracer_start -D $ports
	let_go
	tracer_stop
	[ "$(lost preexisting)" = "$ended" ]
	[ "$(printed)" = 0 ]
	all_told
}

@test "a stopped reader: unprinted records are counted at SIGUSR1 and at SIGTERM" {
	stopped_reader
	tracer_into_pipe -D $ports --buffer 64
	sessions 5000
	kill -USR1 "$tracer"
	await grep -q '^tcplife: not printed:' "$said"
	[ "$(lost buffer)" -gt 0 ]
	tracer_stop TERM
	read_on
	[ "$(lost output)" -gt 0 ]
	[ "$(printed)" -gt 0 ]
	all_told
}

@test "a stopped reader: -d ends tracing all the same" {
	stopped_reader
	tracer_into_pipe -D $ports -d 3
	sessions 5000
	wait "$tracer"
	read_on
	[ "$(lost output)" -gt 0 ]
	all_told
}

@test "a reader that pauses loses nothing that fits into the buffer" {
	stopped_reader
	tracer_into_pipe -D $ports
	sessions 5000
	go_on
	tracer_stop
	wait "$reader"
	[ "$(counted)" = 0 ]
	all_told
}

@test "a full disk: one line and exit status 1" {
	run -1 --separate-stderr bash -c '"$0" -D 700-799 -d 60 >/dev/full' "$build/tcplife"
	[ "$stderr" = 'tcplife: cannot write to standard output: No space left on device' ]
	run -1 --separate-stderr bash -c '"$0" -D 700-799 -d 0.1 -j >/dev/full' "$build/tcplife"
	[ "$stderr" = 'tcplife: cannot write to standard output: No space left on device' ]
}

@test "JSON ends with an object of losses even if there are none" {
	tracer_start -j -D $ports
	sessions 10
	tracer_stop
	[ "$(jq -s 'map(select(.type == "losses")) | length' "$records")" = 1 ]
	[ "$(tail -n 1 "$records" | jq -c 'del(.missed, .host, .boot_id)')" = \
		'{"type":"losses","schema":1,"buffer":0,"sessions":0,"output":0,"preexisting":0,"final":true}' ]
	[ "$(in_json 'missed | type')" = '"number"' ] || [ "$(in_json 'missed | type')" = '"null"' ]
}

@test "the object of losses agrees with the line on stderr, also with --stats" {
	tracer_start -j --stats -D $ports --max-sessions 8
	sessions 1000
	tracer_stop
	[ "$(in_json sessions)" = $((ended - 8)) ]
	[ "$(lost sessions)" = $((ended - 8)) ]
	[ "$(jq -s 'map(select(.of == "all").sessions) | add' "$records")" = 8 ]
}

@test "at SIGUSR1 the object of losses is among the records" {
	tracer_start -j -D $ports --max-sessions 8
	sessions 1000
	kill -USR1 "$tracer"
	await grep -q '^{"type":"losses".*}$' "$records"
	[ "$(in_json sessions)" = $((ended - 8)) ]
	sessions 10
	tracer_stop
	[ "$(jq -s 'map(select(.type == "losses")) | length' "$records")" = 2 ]
}

@test "losses are counted on the raw tracepoint, too" {
	tracer_start -D $ports --probe raw --max-sessions 100 --buffer 16
	kill -STOP "$tracer"
	sessions 5000
	kill -CONT "$tracer"
	tracer_stop
	[ "$(lost sessions)" -gt 4000 ]
	all_told
}
