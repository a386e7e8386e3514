#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# tcplife ends whatever its outputs do, and its output file may be rotated.

load tracer.bash
load load.bash

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	tcplife=$build/tcplife
	tracer='' log=$BATS_TEST_TMPDIR/log/tcplife.log
	mkdir "$BATS_TEST_TMPDIR/log"
	address=127.83.$((RANDOM % 256)).$((RANDOM % 254 + 1))
}

teardown() {
	tracers_end
	if [ -n "$load" ]; then kill -KILL "$load" 2>/dev/null || true; fi
}

# Makes a known session: a connect to a loopback address of ours, where nothing listens.
session() { bash -c 'exec 7<>/dev/tcp/"$0"/1' "$address" 2>/dev/null || true; }

sessions_in() { cat "$@" 2>/dev/null | grep -cF "$address" || true; }

has_sessions() { [ "$(sessions_in "${@:2}")" = "$1" ]; }

# Makes a pipe that is full and that nobody reads.
stuck_pipe() {
	mkfifo "$1"
	exec {held}<>"$1"
	dd if=/dev/zero of="$1" oflag=nonblock bs=4096 2>/dev/null || true
}

# Privileges are dropped after attaching.
traces() { grep -q '^Seccomp:[[:space:]]2$' "/proc/$tracer/status"; }

is_gone() { ! kill -0 "$1" 2>/dev/null; }

# tracer_stuck OUT ERR OPTIONS...: returns once it traces.
tracer_stuck() {
	"$tcplife" "${@:3}" >"$1" 2>"$2" 3>&- &
	tracer=$!
	await traces
}

@test "an ignored SIGHUP stays ignored (nohup), and an ignored SIGINT (a script's background)" {
	under=(nohup)
	tracer_start -j --raddr "$address"
	kill -HUP "$tracer"
	kill -INT "$tracer"
	session
	await has_sessions 1 "$records"
	tracer_stop
}

@test "SIGHUP without -o: prints what it has and dies of the signal" {
	local code=0
	tracer_start -j --raddr "$address"
	session
	kill -HUP "$tracer"
	wait "$tracer" || code=$?
	[ "$code" = 129 ]
	has_sessions 1 "$records"
	[ "$(tail -n 1 "$records" | jq -r .type)" = losses ]
}

@test "blocked standard output or error: SIGTERM, SIGINT, SIGHUP and -d still end it" {
	local stuck=$BATS_TEST_TMPDIR/stuck free=$BATS_TEST_TMPDIR/free outs each way
	stuck_pipe "$stuck"
	for outs in "$stuck $free" "$free $stuck" "$stuck $stuck"; do
		for way in TERM HUP; do
			# shellcheck disable=SC2086 # two words
			tracer_stuck $outs -j --raddr "$address"
			session
			kill -s $way "$tracer"
			await is_gone "$tracer"
		done
		# shellcheck disable=SC2086
		tracer_stuck $outs -v -j --raddr "$address" -d 0.5
		session
		await is_gone "$tracer"
	done
	exec {held}<&-
}

@test "SIGUSR1 does not wait for a blocked standard error" {
	local stuck=$BATS_TEST_TMPDIR/stuck out=$BATS_TEST_TMPDIR/out i
	stuck_pipe "$stuck"
	tracer_stuck "$out" "$stuck" -j --raddr "$address"
	for i in $(seq 100); do kill -USR1 "$tracer"; done
	await grep -q '"type":"losses"' "$out"
	session
	await has_sessions 1 "$out"
	kill -TERM "$tracer"
	await is_gone "$tracer"
	exec {held}<&-
}

@test "lines that a blocked standard error did not take are reported later" {
	local stuck=$BATS_TEST_TMPDIR/stuck out=$BATS_TEST_TMPDIR/out
	stuck_pipe "$stuck"
	tracer_stuck "$out" "$stuck" -j --raddr "$address"
	kill -USR1 "$tracer"
	await grep -q '"type":"losses"' "$out"
	dd if="$stuck" of=/dev/null iflag=nonblock bs=65536 count=1 2>/dev/null
	kill -USR1 "$tracer"
	run -0 timeout 60 head -n 1 "$stuck"
	[ "$(tr -d '\0' <<<"$output")" = 'tcplife: 1 lines could not be written here' ]
	kill -TERM "$tracer"
	await is_gone "$tracer"
	exec {held}<&-
}

@test "a terminal stopped by Ctrl-S: SIGTERM and -d still end it" {
	python3 - "$tcplife" "$address" 3>&- <<-'END'
		import os, pty, socket, sys, time
		def end(way):
		    pid, terminal = pty.fork()
		    if not pid:
		        os.execv(sys.argv[1], [sys.argv[1], '--raddr', sys.argv[2]] + (['-d', '2'] if way == '-d' else []))
		    said = b''
		    while b'MS' not in said: said += os.read(terminal, 4096)
		    os.write(terminal, b'\x13')
		    for _ in range(200): socket.socket().connect_ex((sys.argv[2], 1))
		    if way == 'TERM': os.kill(pid, 15)
		    # bats ends a test that waits here for ever.
		    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
		    assert code == 0, code
		    os.close(terminal)
		end('TERM')
		end('-d')
	END
}

@test "^C gets a line of its own" {
	python3 - "$tcplife" "$address" 3>&- <<-'END'
		import os, pty, socket, sys
		pid, terminal = pty.fork()
		if not pid:
		    os.execv(sys.argv[1], [sys.argv[1], '--raddr', sys.argv[2]])
		said = b''
		while b'MS' not in said: said += os.read(terminal, 4096)
		socket.socket().connect_ex((sys.argv[2], 1))
		os.write(terminal, b'\x03')
		try:
		    while True:
		        more = os.read(terminal, 4096)
		        if not more: break
		        said += more
		except OSError: pass
		os.waitpid(pid, 0)
		lines = said.replace(b'\r', b'').split(b'\n')
		assert any(line.endswith(b'^C') for line in lines), lines
		assert not any(b'^C' in line and not line.endswith(b'^C') for line in lines), lines
	END
}

@test "a file size limit: one line, what was lost, exit status 1" {
	local out=$BATS_TEST_TMPDIR/out to code
	for to in ">$out" "-o $out"; do
		rm -f "$out"
		code=0
		bash -c 'ulimit -f 64; exec "$0" -j -D 700-799 '"$to" "$tcplife" \
			2>"$BATS_TEST_TMPDIR/said" 3>&- &
		tracer=$!
		await traces
		"$build/bench" load -p 700 -o 2000 3>&-
		wait "$tracer" || code=$?
		[ $code = 1 ]
		tail -n 1 "$BATS_TEST_TMPDIR/said" |
			grep -qE '^tcplife: cannot write to (standard output|.*/out): File too large: raise the limit \(ulimit -f\)$'
		grep -qE '^tcplife: not printed: [1-9][0-9]* that the output did not take' "$BATS_TEST_TMPDIR/said"
		[ "$(stat -c %s "$out")" -le 65536 ]
	done
}

# strace can only trace it as its parent.
@test "an error while waiting for records ends it with the reason" {
	run -1 --separate-stderr strace -qq -o /dev/null -e inject=epoll_pwait,epoll_wait:error=ENOMEM:when=3 \
		"$tcplife" --raddr "$address"
	[ "${stderr_lines[-1]}" = 'tcplife: cannot wait for records: Out of memory' ]
}

@test "-o: a header only in an empty file, and only whole lines" {
	local header='PID   COMM       LADDR           LPORT RADDR           RPORT TX_KB RX_KB MS'
	run -0 --separate-stderr "$tcplife" -o "$log" --raddr "$address" -d 0.1
	[ -z "$output" ]
	[ "$(cat "$log")" = "$header" ]
	[ "$(stat -c %a "$log")" = 640 ]
	"$tcplife" -o "$log" --raddr "$address" -d 0.1
	[ "$(cat "$log")" = "$header" ]
	printf '27448 curl       100.' >>"$log"
	tracer_start -o "$log" --raddr "$address"
	session
	tracer_stop
	[ ! -s "$records" ]
	[ "$(sed -n 2p "$log")" = '27448 curl       100.' ]
	[[ $(sed -n 3p "$log") == *" $address "* ]]
	[ "$(wc -l <"$log")" = 3 ]
}

@test "-o: a file that cannot be written is refused with the cause and the remedy" {
	local name
	run -1 "$tcplife" -o "$BATS_TEST_TMPDIR/none/log"
	[ "$output" = "tcplife: cannot write to $BATS_TEST_TMPDIR/none/log: No such file or directory: create its directory" ]
	run -1 "$tcplife" -o "$BATS_TEST_TMPDIR"
	[[ $output == "tcplife: cannot write to $BATS_TEST_TMPDIR: Is a directory: "* ]]
	for name in / "$BATS_TEST_TMPDIR/"; do
		run -1 "$tcplife" -o "$name"
		[ "$output" = "tcplife: cannot write to $name: Is a directory: give the name of a file" ]
	done
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	run -1 "$tcplife" -o "$BATS_TEST_TMPDIR/fifo"
	[[ $output == *": nobody reads that pipe: start its reader first" ]]
	run -2 "$tcplife" -o ''
	[ "$output" = "tcplife: -o: '' is not the name of a file; try --help" ]
}

# rotate HOW...: runs logrotate with these words in its configuration.
rotate() {
	local conf=$BATS_TEST_TMPDIR/logrotate.conf
	printf '%s {\n\trotate 100\n%s\n}\n' "$log" "$(printf '\t%s\n' "$@")" >"$conf"
	logrotate --force --state "$BATS_TEST_TMPDIR/state" "$conf"
}

# Prints what identifies a session in JSON.
keys() { cat "$@" | jq -r 'select(.type == "session") | "\(.ip) \(.laddr) \(.lport) \(.raddr) \(.rport)"' | sort; }

# Every session of the witness is there, none twice or torn. What the kernel skipped for one of them may be
# missing from either.
same_as_witness() {
	local missing passed_over
	witness_stop
	missing=$(comm -23 <(keys "$witness" | grep ' 127\.77\.[0-9.]* 7[0-9][0-9]$') <(keys "$@") | wc -l)
	passed_over=$(sed -n 's/^tcplife: not printed:.* \([0-9]*\) whose end the kernel did not report.*/\1/p' "$said")
	echo "missing $missing, passed over ${passed_over:-0}"
	[ "$missing" -le "${passed_over:-0}" ]
	[ -z "$(keys "$@" | uniq -d)" ]
	! grep -q '^tcplife: not printed:.* to ' "$said"
}

@test "-o: logrotate renames the file while thousands of sessions end, and SIGHUP reopens it" {
	local i
	witness_start
	tracer_start -j -o "$log" -D 700-799
	"$build/bench" load -p 700 -o 20000 3>&- &
	load=$!
	for i in 1 2 3 4 5; do
		rotate nocreate postrotate "kill -HUP $tracer" endscript
		await test -e "$log"
	done
	wait "$load"
	load=''
	tracer_stop
	[ "$(ls "$log".* | wc -l)" = 5 ]
	# Each session's end with the remote port: half of the open ends.
	[ "$(keys "$log" "$log".* | wc -l)" -gt 9000 ]
	same_as_witness "$log" "$log".*
}

@test "-o: logrotate creates the new file with the same owner" {
	tracer_start -j -o "$log" --raddr "$address"
	session
	await has_sessions 1 "$log"
	rotate 'create 0640 root adm' postrotate "kill -HUP $tracer" endscript
	session
	await has_sessions 1 "$log"
	tracer_stop
	[ "$(stat -c %a.%U.%G "$log")" = 640.root.adm ]
	has_sessions 1 "$log.1"
	has_sessions 2 "$log" "$log.1"
}

@test "-o: logrotate copies and truncates the file, and both have a header" {
	local i
	tracer_start -o "$log" --raddr "$address" -s
	for i in 1 2 3; do
		session
		await grep -qF "$address" "$log"
		rotate copytruncate
		[ ! -s "$log" ]
	done
	session
	await grep -qF "$address" "$log"
	tracer_stop
	for i in "$log" "$log".{1,2,3}; do
		[ "$(grep -cF "$address" "$i")" = 1 ]
		[ "$(head -n 1 "$i")" = PID,COMM,IP,LADDR,LPORT,RADDR,RPORT,TX_KB,RX_KB,MS ]
		[ "$(wc -l <"$i")" = 2 ]
	done
}

@test "-o: a file that cannot be reopened: a warning at the start, and the old file stays in use" {
	: >"$log"
	chown 65534 "$log"
	chmod 600 "$log"
	tracer_start -j -o "$log" --raddr "$address"
	grep -q "^tcplife: warning: without privileges, $log cannot be reopened at SIGHUP: Permission denied: " "$said"
	mv "$log" "$log.1"
	chmod 555 "$(dirname "$log")"
	kill -HUP "$tracer"
	await grep -q "^tcplife: cannot reopen $log: Permission denied: still writing to the old file$" "$said"
	session
	await has_sessions 1 "$log.1"
	tracer_stop
}

@test "a limit of file sizes under which it cannot load is named, and the remedy" {
	# shellcheck disable=SC2016 # what that shell puts in
	run -1 sh -c 'ulimit -f 0; exec "$0" -d 1' "$tcplife"
	[[ $output == *"cannot load its program: File too large: allow larger files with ulimit -f"* ]]
}
