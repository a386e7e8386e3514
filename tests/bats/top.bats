#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The live view and the list of what is open, as a user sees them: in a terminal of tmux, and without one.

load tracer.bash
load truth.bash
load mover.bash

setup() {
	bats_require_minimum_version 1.5.0
	tcplife=$programs/tcplife
	ours=(--laddr 127.79.0.0/16,fd79::/16)
	mux="tmux -f /dev/null -L $BATS_TEST_TMPDIR/mux -S $BATS_TEST_TMPDIR/mux"
	$mux new-session -d -s keeper cat 3>&-
	mover_start
	move open a 127.79.0.1 443 50001
	move open b 127.79.0.2 5432 50002
	move send a 3000000
	move back b 70000
}

teardown() {
	$mux kill-server 2>/dev/null || true
	mover_end
}

# screen_start COLUMNS ROWS OPTIONS...: the live view in a terminal of that size.
screen_start() {
	local size=(-x "$1" -y "$2")
	shift 2
	$mux new-session -d -s view "${size[@]}" \
		"trap : INT; TERM=${term:-screen} $tcplife --top ${*@Q} 2>$BATS_TEST_TMPDIR/said; echo \"exit \$?\"; exec cat" 3>&-
	await shows "${first:-50001}"
}

# The screen as text. What is not the same in each run is replaced: pid, age, round-trip time, time of day, cgroup.
screen() {
	$mux capture-pane -p -t view | sed -E 's/^(PID|[0-9]+) +/PID /; s/ +>?[0-9.hms]+s +[0-9]+\.[0-9]+( |$)/ AGE RTT\1/
		s/( ESTABLISHED ([0-9]+ +[0-9]+ )?)[^0-9 ][^ ]*$/\1GROUP/
		s/ +[0-9]{2}:[0-9]{2}:[0-9]{2}$/ CLOCK/; s/ +$//'
}

shows() { screen | grep -q -- "$1"; }
hides() { ! shows "$1"; }
type_keys() { $mux send-keys -t view "$@"; }

# The screen must be the standard input.
looks_like() { screen >"$BATS_TEST_TMPDIR/screen" && diff -u - "$BATS_TEST_TMPDIR/screen"; }

@test "--top at 80 columns shows what matters" {
	screen_start 80 9 1 "${ours[@]}"
	looks_like <<-'END'
		open 4  begun 0/s  ended 0/s  failed 0/s  TX 0/s  RX 0/s CLOCK
		PID COMM  LPORT RADDR      RPORT  TX/s  RX/s    TX    RX     AGE RTT_MS DIR
		PID mover 443   127.79.0.1 50001     0     0     0  2.9M AGE RTT in
		PID mover 50001 127.79.0.1 443       0     0  2.9M     0 AGE RTT out
		PID mover 5432  127.79.0.2 50002     0     0 68.4K     0 AGE RTT in
		PID mover 50002 127.79.0.2 5432      0     0     0 68.4K AGE RTT out


		q quit  space hold  s sort  r reverse  g group  / filter  ? help
	END
}

@test "--top at 120 columns" {
	screen_start 120 9 1 "${ours[@]}"
	looks_like <<-'END'
		open 4  begun 0/s  ended 0/s  failed 0/s  TX 0/s  RX 0/s CLOCK
		PID COMM  LADDR      LPORT RADDR      RPORT  TX/s  RX/s    TX    RX     AGE RTT_MS RETRANS DIR STATE       CGROUP
		PID mover 127.79.0.1 443   127.79.0.1 50001     0     0     0  2.9M AGE RTT       0 in  ESTABLISHED GROUP
		PID mover 127.79.0.1 50001 127.79.0.1 443       0     0  2.9M     0 AGE RTT       0 out ESTABLISHED GROUP
		PID mover 127.79.0.2 5432  127.79.0.2 50002     0     0 68.4K     0 AGE RTT       0 in  ESTABLISHED GROUP
		PID mover 127.79.0.2 50002 127.79.0.2 5432      0     0     0 68.4K AGE RTT       0 out ESTABLISHED GROUP


		q quit  space hold  s sort  r reverse  g group  / filter  ? help
	END
}

@test "--top -x at 200 columns" {
	screen_start 200 9 1 "${ours[@]}" -x
	looks_like <<-END
		open 4  begun 0/s  ended 0/s  failed 0/s  TX 0/s  RX 0/s CLOCK
		PID COMM  LADDR      LPORT RADDR      RPORT  TX/s  RX/s    TX    RX     AGE RTT_MS RETRANS DIR STATE       UID NETNS      CGROUP
		PID mover 127.79.0.1 443   127.79.0.1 50001     0     0     0  2.9M AGE RTT       0 in  ESTABLISHED 0   $(stat -Lc %i /proc/self/ns/net) GROUP
		PID mover 127.79.0.1 50001 127.79.0.1 443       0     0  2.9M     0 AGE RTT       0 out ESTABLISHED 0   $(stat -Lc %i /proc/self/ns/net) GROUP
		PID mover 127.79.0.2 5432  127.79.0.2 50002     0     0 68.4K     0 AGE RTT       0 in  ESTABLISHED 0   $(stat -Lc %i /proc/self/ns/net) GROUP
		PID mover 127.79.0.2 50002 127.79.0.2 5432      0     0     0 68.4K AGE RTT       0 out ESTABLISHED 0   $(stat -Lc %i /proc/self/ns/net) GROUP


		q quit  space hold  s sort  r reverse  g group  / filter  ? help
	END
}

@test "--top at 120 columns shows more, and follows the size of the terminal" {
	screen_start 120 8 1 "${ours[@]}"
	shows '^PID COMM  LADDR      LPORT RADDR      RPORT  TX/s  RX/s    TX    RX     AGE RTT_MS RETRANS DIR STATE       CGROUP$'
	shows '^PID mover 127.79.0.1 443   127.79.0.1 50001     0     0     0  2.9M AGE RTT       0 in  ESTABLISHED GROUP'
	$mux resize-window -t view -x 40 -y 5
	await shows '^PID COMM  RADDR      RPORT  TX/s  RX/s$'
	[ "$(screen | grep -c .)" = 5 ]
	shows '^1-2 of 4  '
	$mux resize-window -t view -x 200 -y 30
	await shows 'STATE       CGROUP$'
	hides ' of 4  '
}

@test "--top scrolls no further than its last page, and a low terminal keeps a session" {
	screen_start 120 10 0.2 "${ours[@]}"
	screen | grep mover >"$BATS_TEST_TMPDIR/all"
	type_keys Down End '?'
	await shows 'Any key returns'
	type_keys q
	await shows 50001
	screen | grep mover | diff "$BATS_TEST_TMPDIR/all" -
	$mux resize-window -t view -x 120 -y 6
	await shows '^1-3 of 4  '
	type_keys Down Down Down
	await shows '^2-4 of 4  '
	[ "$(screen | grep -c mover)" = 3 ]
	type_keys Home
	$mux resize-window -t view -x 100 -y 3
	await eval 'screen | sed -n 3p | grep -q "mover .*50001"'
	screen | sed -n 1p | grep -q '^open 4 '
	screen | sed -n 2p | grep -q '^PID '
	$mux resize-window -t view -x 100 -y 2
	await eval 'screen | sed -n 2p | grep -q "mover .*50001"'
	type_keys q
	await shows '^exit 0$'
}

@test "--top --by: groups, and what g makes of them" {
	first=^LPORT screen_start 80 7 1 "${ours[@]}" --by lport
	shows '^LPORT SESSIONS  TX/s  RX/s    TX    RX     AGE RTT_MS RETRANS$'
	shows '^PID 1     0     0     0  2.9M AGE RTT       0$'
	type_keys g
	await shows '^PID COMM '
	type_keys g
	await shows '^PID COMM  SESSIONS '
	shows '^PID mover        4     0     0  2.9M  2.9M AGE RTT       0$'
	type_keys g
	await shows '^RADDR      SESSIONS '
	shows '^127.79.0.2        2     0     0 68.4K 68.4K AGE RTT       0$'
}

@test "--top: keys sort, filter, hold, scroll, explain and quit" {
	screen_start 80 9 0.2 "${ours[@]}"
	# By LPORT, the third column.
	type_keys s s Right
	await eval 'screen | sed -n 3p | grep -q " 443 "'
	type_keys r
	await eval 'screen | sed -n 3p | grep -q " 50002 "'
	type_keys / 5 4 3 2
	await shows '^/5432_$'
	await hides 50001
	type_keys Enter
	await shows '^/5432$'
	type_keys Escape
	await shows 50001
	type_keys / x y z
	await shows '^no open session has this text$'
	type_keys BSpace BSpace BSpace Enter
	await shows 50001
	type_keys Space
	await shows HELD
	move close b
	shows 50002
	type_keys Space
	await hides 50002
	type_keys '?'
	await shows '^  q, Ctrl-C        quit$'
	type_keys x
	await shows 50001
	type_keys q
	await shows '^exit 0$'
	hides 50001
}

@test "--top: keys typed before its first page are not meant for it" {
	mkfifo "$BATS_TEST_TMPDIR/gate"
	$mux new-session -d -s view -x 80 -y 9 \
		"cat $BATS_TEST_TMPDIR/gate; $tcplife --top 0.2 ${ours[*]} 2>$BATS_TEST_TMPDIR/said; echo \"exit \$?\"; exec cat" 3>&-
	type_keys q
	await shows '^q$'
	echo >"$BATS_TEST_TMPDIR/gate"
	await shows 50001
	type_keys '?'
	await shows 'Any key returns'
	type_keys x q
	await shows '^exit 0$'
}

@test "--top without keys, because its input is no terminal, does not offer them" {
	$mux new-session -d -s view -x 80 -y 9 \
		"trap : INT; $tcplife --top 0.2 ${ours[*]} </dev/null 2>$BATS_TEST_TMPDIR/said; echo \"exit \$?\"; exec cat" 3>&-
	await shows '^Ctrl-C quits$'
	type_keys C-c
	await shows '^exit 0$'
}

@test "--top leaves the screen as it was, however it ends" {
	for way in C-c TERM SEGV; do
		screen_start 80 9 1 "${ours[@]}"
		[ "$($mux display -p -t view '#{alternate_on} #{cursor_flag}')" = '1 0' ]
		case $way in
		C-c) type_keys C-c ;;
		*) kill -s "$way" "$($mux list-panes -t view -F '#{pane_pid}' | xargs pgrep -x tcplife -P)" ;;
		esac
		await shows '^exit [0-9]*$'
		hides 50001
		[ "$($mux display -p -t view '#{alternate_on} #{cursor_flag}')" = '0 1' ]
		# Keys are echoed again.
		type_keys e c h o e d
		await shows echoed
		$mux kill-session -t view
	done
}

@test "--top on a dumb terminal, and without one, prints page after page" {
	term=dumb screen_start 80 24 0.2 "${ours[@]}" -d 0.5
	await shows '^exit 0$'
	[ "$(screen | grep -c '^open 4 ')" -ge 2 ]
	"$tcplife" --top 0.2 -d 0.5 "${ours[@]}" >"$BATS_TEST_TMPDIR/pages"
	run -1 grep -q $'\033' "$BATS_TEST_TMPDIR/pages"
	[ "$(grep -cE '^[0-9]+ +mover +127.79.0.1 443 +127.79.0.1 50001 .* 2.9M .*in  ESTABLISHED' "$BATS_TEST_TMPDIR/pages")" -ge 2 ]
	# A reader that goes away is no failure.
	"$tcplife" --top 0.1 2>/dev/null | head -n 1 | grep -q '^open '
}

# The sum of a column of rates, in bytes, over all pages: rates of pages that are a second apart.
rates_of() {
	awk -v port="$1" -v n="$2" '$4 == port { v = $n; u = v; sub(/[KM]$/, "", v)
		if (u ~ /K$/) v *= 1024; if (u ~ /M$/) v *= 1048576; if (v != "-") sum += v } END { printf "%d", sum }' \
		"$BATS_TEST_TMPDIR/records"
}

@test "--top: rates are what was moved, of a session and in all" {
	tracer_start --top 1 "${ours[@]}"
	await grep -q ' 50001 ' "$records"
	move send a 5000000
	move send a 5000000
	await grep -q '12.4M' "$records"
	tracer_stop
	# Pages are a second apart, and a little more on a busy machine.
	sum=$(rates_of 50001 7)
	[ "$sum" -gt 8500000 ]
	[ "$sum" -lt 10500000 ]
	[ "$(rates_of 443 8)" -gt 8500000 ]
	# The line of totals counts both ends.
	total=$(sed -nE 's|^open .* TX ([0-9.]+)M/s .*|\1|p' "$records" | awk '{ s += $1 } END { printf "%d", s * 10 }')
	[ "$total" -ge 80 ]
	[ "$total" -le 101 ]
}

@test "--top counts what begins, ends and fails between two pages" {
	tracer_start --top 1 "${ours[@]}" -d 2.9
	await grep -q '^open 4 ' "$records"
	for i in 1 2 3 4 5; do move open "n$i" 127.79.0.9; move send "n$i" 100000; move close "n$i"; done
	wait "$tracer"
	# Both ends of five connections, whether on one page or two.
	[ "$(sed -nE 's|.* begun ([0-9.]+)/s .*|\1|p' "$records" | awk '{ s += $1 } END { print (s > 8 && s <= 10.1) }')" = 1 ]
	[ "$(sed -nE 's|.* ended ([0-9.]+)/s .*|\1|p' "$records" | awk '{ s += $1 } END { print (s > 8 && s <= 10.1) }')" = 1 ]
	grep -q ' TX [1-9][0-9]*K/s ' "$records"
}

@test "--top: a session in a network namespace newer than the tracer is counted while it is open" {
	tracer_start --top 0.3 "${ours[@]}"
	mover_end
	# shellcheck disable=SC2016 # sh expands it
	mover_start unshare --net sh -c 'ip link set lo up && exec "$0" "$@"'
	move open later 127.79.0.8 446 50008
	await grep -qE '^[0-9]+ +mover +127.79.0.8 50008 127.79.0.8 446 ' "$records"
	move send later 3000000
	await grep -qE '^[0-9]+ +mover +127.79.0.8 50008 127.79.0.8 446 +[1-9][0-9.]*[KM] +0 +2.9M +0 +[0-9]' "$records"
	await grep -qE '^[0-9]+ +mover +127.79.0.8 50008 127.79.0.8 446 +0 +0 +2.9M +0 +[0-9]' "$records"
	move close later
	await eval 'tail -n 4 "$records" | grep -q "^open 0 "'
	tracer_stop
}

@test "--list: what is open, the busiest first, as a table, CSV and JSON" {
	run -0 --separate-stderr "$tcplife" --list "${ours[@]}"
	[[ ${lines[0]} == 'PID'*' COMM  LADDR      LPORT RADDR      RPORT    TX    RX     AGE RTT_MS RETRANS DIR STATE       CGROUP' ]]
	[[ ${lines[1]} =~ mover\ 127.79.0.1\ 443\ +127.79.0.1\ 50001\ +0\ \ 2.9M\ .*\ in\ \ ESTABLISHED ]]
	[ ${#lines[@]} = 5 ]
	run -0 --separate-stderr "$tcplife" -d 0 --header no "${ours[@]}" -L 5432
	[[ $output == *'mover 127.79.0.2 5432 '* ]]
	[ ${#lines[@]} = 1 ]
	run -0 --separate-stderr "$tcplife" --list -s "${ours[@]}"
	[ "${lines[0]}" = PID,COMM,IP,LADDR,LPORT,RADDR,RPORT,TX_KB,RX_KB,MS,END ]
	[[ ${lines[1]} == *,mover,4,127.79.0.1,443,127.79.0.1,50001,0,2929,'>'*,OPEN ]]
	"$tcplife" --list -j "${ours[@]}" >"$BATS_TEST_TMPDIR/list"
	[ "$(jq -s 'map([.type, .comm, .lport, .tx_bytes, .rx_bytes, .dir, .ending, .owner]) == [
		["session", "mover", 443, 0, 3000000, "in", "open", "proc"],
		["session", "mover", 50001, 3000000, 0, "out", "open", "proc"],
		["session", "mover", 5432, 70000, 0, "in", "open", "proc"],
		["session", "mover", 50002, 0, 70000, "out", "open", "proc"]]' "$BATS_TEST_TMPDIR/list")" = true ]
	run -0 --separate-stderr "$tcplife" --list --by comm,laddr "${ours[@]}"
	[[ ${lines[0]} == 'COMM  LADDR      SESSIONS    TX    RX '* ]]
	[[ ${lines[1]} == 'mover 127.79.0.1        2  2.9M  2.9M '* ]]
	run -0 --separate-stderr "$tcplife" --list --by comm,laddr -s "${ours[@]}"
	[ "${lines[0]}" = COMM,LADDR,SESSIONS,TX_KB,RX_KB,MS,RTT_MS,RETRANS ]
	[[ ${lines[1]} == 'mover,127.79.0.1,2,2929,2929,>'*,0 ]]
	[ ${#lines[@]} = 3 ]
	"$tcplife" --list --by comm,laddr -j "${ours[@]}" >"$BATS_TEST_TMPDIR/list"
	[ "$(jq -cs 'map([.type, .comm, .laddr, .sessions, .tx_bytes, .rx_bytes, .age_known, .retrans])' "$BATS_TEST_TMPDIR/list")" = \
		'[["group","mover","127.79.0.1",2,3000000,3000000,false,0],["group","mover","127.79.0.2",2,70000,70000,false,0]]' ]
}

@test "--list -x, filters, and nothing to list" {
	run -0 --separate-stderr "$tcplife" --list -x "${ours[@]}" --comm mover
	[[ ${lines[0]} == *' STATE       UID NETNS      CGROUP' ]]
	[[ ${lines[1]} == *" 0     $(stat -Lc %i /proc/self/ns/net)"* || ${lines[1]} == *" 0   $(stat -Lc %i /proc/self/ns/net)"* ]]
	[[ $output != *' '$'\n'* && $output != *' ' ]]
	run -0 --separate-stderr "$tcplife" --list --comm nobody
	[ ${#lines[@]} = 1 ]
	run -0 --separate-stderr "$tcplife" --list -j -p "$moves" "${ours[@]}"
	[ ${#lines[@]} = 4 ]
}

@test "--list needs no root: it tells what the user may see" {
	cp "$tcplife" "$BATS_TEST_TMPDIR/tcplife"
	chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/.." "$BATS_TEST_TMPDIR/tcplife"
	run -0 --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups "$BATS_TEST_TMPDIR/tcplife" --list "${ours[@]}"
	[ ${#lines[@]} = 5 ]
	[[ ${lines[1]} == '0   -    127.79.0.1 443 '* ]]
}

@test "a name cannot move the cursor of the live view" {
	mover_end
	mover_name=$'x\e[2J\e[9;9H' mover_start
	move open c 127.79.0.3 444 50003
	first=50003 screen_start 100 7 1 "${ours[@]}"
	shows '^PID x\\x1b\[2J'
}
