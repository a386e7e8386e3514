#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Each command that a document shows works, and each file that it names exists.

setup() {
	bats_require_minimum_version 1.5.0
	root=$(realpath "$BATS_TEST_DIRNAME/../..")
	build=${BUILD:-$root/build}
	real=$build/tcplife
	cd "$BATS_TEST_TMPDIR" || return
}

# Of two durations, the last one counts.
# shellcheck disable=SC2317,SC2329 # the commands under test call it
tcplife() {
	case " $* " in
	*" --check "* | *" --list "*) "$real" "$@" ;;
	*) "$real" "$@" -d 0.1 ;;
	esac
}

# Records for the commands that read them.
records() {
	echo '{"type":"session","laddr":"10.0.0.1","lport":1,"raddr":"10.0.0.2","rport":2,"duration_ns":3}'
}

journalctl() {
	records
}

# Runs each line of standard input, and prints how many there were.
run_each() {
	records | tee host1.jsonl >host2.jsonl
	local command count=0
	set -o pipefail
	while read -r command; do
		count=$((count + 1))
		eval "$command" >said 2>&1 </dev/null || { echo "failed: $command" >&2; cat said >&2; return 1; }
	done
	echo $count
}

@test "README: the commands under 'What people ask it' work" {
	sed -n '/^## What people ask it/,/^## Columns/ { /^tcplife / s/ *# .*//p }' "$root/README.md" >commands
	count=$(run_each <commands)
	[ "$count" = 11 ]
}

@test "README: the commands that read records work" {
	sed -n '/^What `-j` has printed/,/^`-s`/ { / tcplife --read /p }' "$root/README.md" >commands
	count=$(run_each <commands)
	[ "$count" = 2 ]
}

@test "README: the commands for many machines work" {
	sed -n '/^## Many machines/,/^`--metrics`/ { /^tcplife / { s|/var/[a-z/-]*/||g; p } }' "$root/README.md" >commands
	count=$(run_each <commands)
	[ "$count" = 2 ]
	promtool check metrics <tcplife.prom
}

@test "tcplife(8): each example works" {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE ALSO/ s/^\.Dl # //p' "$root/docs/tcplife.8" | sed 's/\\(dq/"/g' >commands
	count=$(run_each <commands)
	[ "$count" -ge 8 ]
}

@test "--help: each example works" {
	"$real" --help | sed -n '/^examples:/,$ { /^  tcplife / s/ *# .*//p }' >commands
	count=$(run_each <commands)
	[ "$count" -ge 8 ]
}

@test "CONTRIBUTING.md: each command that runs one test works" {
	local command path
	# Without what this bats has set for its own tests.
	path=$(tr : '\n' <<<"$PATH" | grep -v libexec/bats | paste -sd :)
	awk '/^build\/tests\/|^tests\/run / { sub(/ +#.*/, ""); print }' "$root/CONTRIBUTING.md" >commands
	[ "$(grep -c . commands)" -ge 4 ]
	while read -r command; do
		(cd "$root" && env -i PATH="$path" HOME="$HOME" BUILD="$build" bash -c "${command//build\/tests/$build/tests}") \
			</dev/null
	done <commands
}

@test "CONTRIBUTING.md: each file that it names exists" {
	local name names
	names=$(grep -oP '(?<![\w/])(src|bpf|probe-select|docs|tests|static)/[a-z0-9_./-]+(?![\w])' "$root/CONTRIBUTING.md" |
		sed 's/\.$//' | sort -u)
	[ "$(wc -l <<<"$names")" -ge 30 ]
	for name in $names; do
		[ -e "$root/$name" ] || { echo "$name does not exist" >&2; return 1; }
	done
}
