#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Sessions that began before the tracer, and sessions that outlive it.

load tracer.bash
load truth.bash
load standing.bash
load load.bash

setup() {
	bats_require_minimum_version 1.5.0
	tracer=
}

teardown() {
	tracers_end
	standing_end
}

# older TRACER_OPTION... -- WORKLOAD_OPTION...
older() {
	local options=()
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	standing "${@:2}" older
	tracer_start "${options[@]}"
	go_on
	wait "$play"
	tracer_stop
	true_older
}

# still_open TRACER_OPTION... -- WORKLOAD_OPTION...
still_open() {
	local options=()
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	standing "${@:2}" open
	tracer_start "${options[@]}"
	go_on
	await said told
	tracer_stop
	accept_hook
}

# The truth says that these sessions are older than the tracer; here they are not.
none_is_older() {
	sed -i -e 's/\tage_known=false/\tage_known=true/' \
		-e '/\tdir=out\t/ { s/\towner=proc\t/\towner=connect\t/; s/\tconnect_ns=null\t/\t/ }' \
		-e '/\tdir=in\t/ { s/\towner=proc\t/\towner=accept\t/; s/\taccept_wait_ns=null\t/\t/ }' "$truth"
}

# The number of the load's open sessions that meet a condition of jq.
of_the_load() {
	jq -s "map(select(.ending == \"open\" and .netns == $network and $1)) | length" "$records"
}

@test "the table of older sessions" {
	run -0 "$programs/tests/unit_existing"
}

@test "--existing: owner, bytes, direction and end of older sessions, in another network namespace" {
	older -j --existing --
}

@test "--existing: in our own network namespace" {
	older -j --existing -- --host-net
}

@test "--existing on the raw tracepoint with a discovered layout" {
	older -j --existing --probe raw --btf none --
}

@test "without --existing older sessions are counted and not printed" {
	standing older
	tracer_start -j
	go_on
	wait "$play"
	tracer_stop
	run -1 grep -q '"comm":"old-' "$records"
	grep -qE '[1-9][0-9]* that began before tracing \(--existing prints (it|them)\)$' "$said"
}

@test "--existing: the table marks older sessions" {
	standing older
	tracer_start --existing
	go_on
	wait "$play"
	tracer_stop
	[ "$(grep -cE '^[0-9]+ +old-(client|server) .* >[0-9]+\.[0-9][0-9]$' "$records")" = \
		$((6 * families)) ]
}

@test "--existing -p filters by the owner that /proc names" {
	standing older
	pid=$(pgrep -P "$(pgrep -P "$play" | head -n 1)" | tail -n 1)
	tracer_start -j --existing -p "$pid"
	go_on
	wait "$play"
	tracer_stop
	sed -i '/\tdir=in\t.*\tending=fin-/ s/\towner=proc\t/\towner=close\t/' "$truth"
	accept_hook
	compare "${accept_hook[@]}" --only "pid=$pid"
	[ "$(grep -c '^{"type":"session"' "$records")" = 3 ]
}

@test "--open --existing: everything that is open" {
	still_open -j --open --existing --
	true_records
}

@test "--open lists only sessions that began while tracing" {
	still_open -j --open -- --host-net
	true_records --only age_known=true
	run -1 grep -q '"age_known":false' "$records"
}

@test "--open on the raw tracepoint with a discovered layout" {
	still_open -j --open --existing --probe raw --btf none --
	true_records
}

@test "--open: the table says OPEN" {
	still_open --open --existing --
	head -n 1 "$records" | grep -q ' MS  *END$'
	[ "$(grep -cE ' (open-client|open-serve) .* >[0-9.]+ +OPEN$' "$records")" -ge "$families" ]
	grep -qE ' open-clien .* [0-9.]+ +OPEN$' "$records"
}

@test "--open -L: only those ports" {
	still_open -j --open -L 7000 -- --port 7000
	true_records --only age_known=true --only lport=7000
}

@test "--open: in a network namespace newer than the tracer" {
	tracer_start -j --open
	standing open
	go_on
	await said told
	tracer_stop
	accept_hook
	none_is_older
	true_records
}

# Where the kernel cannot list its sockets, the tracer still knows those that began under its eyes.
@test "--open: without the kernel's list of sockets" {
	under=(strace -D -qq -o /dev/null -e inject=sendto:error=EPROTONOSUPPORT)
	tracer_start -j --open
	standing open
	go_on
	await said told
	tracer_stop
	grep -qF 'warning: cannot ask the kernel for open sockets: Protocol not supported; load the kernel module tcp_diag' \
		"$said"
	accept_hook
	none_is_older
	true_records
}

@test "--accept close: sessions whose sockets nobody closed are printed at the end, without an owner" {
	tracer_start -j --accept close
	standing dead
	go_on
	await said told
	# Not earlier.
	run -1 grep -q '"ending":"rst-remote"' "$records"
	tracer_stop
	compare --unknown accept_wait_ns
}

@test "--existing and --open warn about what /proc does not show" {
	local caps=-all,+bpf,+perfmon
	for option in --existing --open; do
		run -0 --separate-stderr unshare --pid --fork --mount-proc "$programs/tcplife" $option -D 1 -d 0.1
		[[ $stderr == *"tcplife: warning: cannot see processes outside this PID namespace, "* ]]
		cp "$programs/tcplife" "$BATS_TEST_TMPDIR/tcplife"
		chmod 755 "$BATS_TEST_TMPDIR"
		run -0 --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps $caps \
			--ambient-caps $caps --bounding-set $caps "$BATS_TEST_TMPDIR/tcplife" $option -D 1 -d 0.1
		[[ $stderr == *"tcplife: warning: cannot look into every network namespace for open sockets: Permission denied; "* ]]
		[ $option = --open ] ||
			[[ $stderr == *"tcplife: warning: cannot find the owners of all open sessions: /proc: Permission denied; run as root, with CAP_SYS_PTRACE"* ]]
	done
}

# As many as fit are listed; the rest is reported.
@test "--open: sessions that found no room are told of" {
	tracer_start -j --open --max-sessions 1000
	load_stand -o 2000
	tracer_stop
	load_let_go
	[ "$(grep -c '"[lr]addr":"127\.77\..*"ending":"open"' "$records")" -le 1000 ]
	grep -qE 'warning: there was no room for [0-9]+ sessions when they began \(--max-sessions\): those still open are not listed$' "$said"
}

@test "--open --existing: sessions that found no room are listed without owner and age" {
	tracer_start -j --open --existing --max-sessions 2
	standing --host-net open
	go_on
	await said told
	tracer_stop
	compare --fields ip,tx_bytes,rx_bytes,dir,ending,scope_id
	[ "$(jq -s 'map(select(.ending == "open" and (.age_known | not) and .pid == null and .duration_ns == 0)) | length > 0' \
		"$records")" = true ]
	grep -qE 'warning: there was no room for [0-9]+ sessions when they began \(--max-sessions\): those still open are listed without owner and age, except in network namespaces newer than the tracer$' \
		"$said"
}

@test "--open --existing: older sessions beyond the room are listed without owner" {
	load_stand -o 2000
	network=$(stat -Lc %i "/proc/$load/ns/net")
	tracer_start -j --open --existing --max-sessions 1000
	tracer_stop
	load_let_go
	[ "$(of_the_load true)" -eq 2000 ]
	[ "$(of_the_load '.pid != null')" -le 1000 ]
	[ "$(of_the_load .age_known)" -eq 0 ]
	grep -qF 'warning: more than 1000 sessions are open already; the owners of the others are unknown: raise --max-sessions' \
		"$said"
}
