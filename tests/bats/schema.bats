#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every object of --json conforms to docs/records.schema.json, and has the fields of docs/records.md.

load tracer.bash
load truth.bash
load standing.bash

setup() {
	bats_require_minimum_version 1.5.0
	tcplife=$programs/tcplife
	docs=$BATS_TEST_DIRNAME/../../docs
	schema=$docs/records.schema.json
	objects=$BATS_TEST_TMPDIR/objects array=$BATS_TEST_TMPDIR/array
	tracer=
}

teardown() {
	tracers_end
	standing_end
}

# Prints the indices, from 0, of the lines of $objects that the schema rejects.
validate() {
	jq -s . "$objects" >"$array"
	# The schema describes one line; this one an array of them.
	jq '. + {type: "array", items: {oneOf}} | del(.oneOf)' "$schema" >"$array.schema"
	if jsonschema -F $'{error.absolute_path[0]}\n' -i "$array" "$array.schema" >"$array.said" 2>&1; then
		return
	fi
	# Only indices, else nothing was validated.
	grep -q '^[0-9][0-9]*$' "$array.said" || { cat "$array.said" >&2; return 1; }
	grep '^[0-9][0-9]*$' "$array.said" | sort -nu
}

# all_valid TYPE FILE: its lines are valid, some have this type, and the rest are losses.
all_valid() {
	local bad
	cp "$2" "$objects"
	bad=$(validate)
	for place in $(head -n 3 <<<"$bad"); do jq -cs ".[$place]" "$objects" >&2; done
	[ -z "$bad" ]
	jq -es --arg type "$1" 'length > 0 and all(.type == $type or .type == "losses") and any(.type == $type)' \
		"$objects" >/dev/null
}

# mutants: variants of the object on stdin, one per line, with one fault each: something is missing, has
# another type, or is negative. Elements of arrays and keys of --by may be missing.
mutants() {
	jq -c '. as $whole | paths as $at |
		(select(($at[-1] | type) == "string" and ($at[-1] | IN("port", "dir") | not)) | $whole | delpaths([$at])),
		($whole | setpath($at; {wrong: 1})),
		($whole | select(getpath($at) | type == "number") | setpath($at; -1))'
}

# each_mutant_invalid TYPE FILE: its lines are valid, but no variant of the first with this type is.
each_mutant_invalid() {
	all_valid "$1" "$2"
	jq -cs --arg type "$1" 'map(select(.type == $type))[0]' "$2" >"$objects.one"
	mutants <"$objects.one" >"$objects"
	jq -c '(paths(type == "object"), []) as $at | setpath($at + ["more"]; 1)' "$objects.one" >>"$objects"
	jq -c '.type = "other"' "$objects.one" >>"$objects"
	validate >"$objects.bad"
	seq 0 $(($(wc -l <"$objects") - 1)) >"$objects.all"
	for place in $(comm -13 <(sort "$objects.bad") <(sort "$objects.all")); do
		echo "valid: $(sed -n "$((place + 1))p" "$objects")" >&2
	done
	diff "$objects.bad" "$objects.all"
	[ -s "$objects.all" ]
}

# documented SECTION: the quoted names in the first column of its table in records.md.
documented() {
	sed -n "/^## $1\$/,/^## /p" "$docs/records.md" | sed -n 's/^| *\(`[^|]*\) *|.*/\1/p' | grep -o '`[^`]*`' |
		tr -d '`'
}

@test "sessions: the whole workload" {
	traced -j -- all
	all_valid session "$records"
}

@test "sessions: without kernel BTF, where less is known" {
	traced -j --probe raw --btf none -- basic refused
	all_valid session "$records"
	jq -es 'any(.retrans == null)' "$records"
}

@test "sessions: open ones, and ones older than the tracer" {
	standing open
	tracer_start -j --open --existing
	go_on
	await said told
	tracer_stop
	all_valid session "$records"
	jq -es 'any(.ended == null and .started == null)' "$records"
}

@test "groups of open sessions: by any keys" {
	standing open
	go_on
	await said told
	"$tcplife" --list -j --by host,comm,pid,uid,raddr,container,netns,owner,errno >"$objects.list"
	all_valid group "$objects.list"
	"$tcplife" --list -j --by port,dir >"$objects.list"
	each_mutant_invalid group "$objects.list"
}

@test "statistics: by any keys, at intervals and for the whole run" {
	traced --stats -j --interval 0.2 --by lport,rport,raddr,pid,comm,uid,ending,netns -- basic refused
	all_valid stats "$records"
	jq -es 'any(.span == "interval") and any(.of == "group")' "$records"
	traced --stats -j --interval 0.2 -- basic
	all_valid stats "$records"
}

@test "statistics: of no sessions, and of too many groups" {
	tracer_start --stats -j -L 1
	tracer_stop
	all_valid stats "$records"
	tracer_start --stats -j --by rport -n 4200
	(exec unshare --net bash -c 'ip link set lo up
		for port in {1..4200}; do : 7<>"/dev/tcp/127.0.0.1/$port"; done') 2>/dev/null || true
	wait "$tracer"
	all_valid stats "$records"
	jq -es 'any(.of == "other")' "$records"
}

@test "--check: whether it can trace or not" {
	"$tcplife" --check -j >"$objects.check"
	all_valid check "$objects.check"
	for probe in typed raw kprobe; do
		for btf in auto none; do "$tcplife" --check -j --probe $probe --btf $btf || [ $? = 1 ]; done
	done >"$objects.check"
	all_valid check "$objects.check"
	# This fails without privileges.
	run -1 setpriv --reuid 65534 --clear-groups --bounding-set -all "$tcplife" --check -j
	echo "$output" >"$objects.check"
	all_valid check "$objects.check"
	jq -e '.can_trace | not' "$objects.check"
}

@test "--self-test: whether the records are right, wrong, or cannot be had" {
	"$tcplife" --self-test -j >"$objects.test"
	all_valid self-test "$objects.test"
	jq -e '.right and .why == null and ([.records[].session] | unique | length >= 3) and .change_ns != null' "$objects.test"
	run -1 "$tcplife" --self-test -j --max-sessions 1
	echo "$output" >"$objects.test"
	all_valid self-test "$objects.test"
	jq -e '(.right | not) and any(.records[]; .records == 0 and .owner == null)' "$objects.test"
	run -1 setpriv --reuid 65534 --clear-groups --bounding-set -all "$tcplife" --self-test -j
	echo "$output" >"$objects.test"
	all_valid self-test "$objects.test"
	jq -e '(.right | not) and .why' "$objects.test"
}

@test "the schema rejects each kind of damaged object" {
	traced -j -- single
	each_mutant_invalid session "$records"
	jq -c 'select(.type == "losses")' "$records" >"$objects.losses"
	each_mutant_invalid losses "$objects.losses"
	traced --stats -j --of rtt,tx -- single
	each_mutant_invalid stats "$records"
	traced --stats -j -- single
	each_mutant_invalid stats "$records"
	jq -c 'select(.of == "all")' "$records" >"$objects.stats"
	each_mutant_invalid stats "$objects.stats"
	"$tcplife" --check -j >"$objects.check"
	each_mutant_invalid check "$objects.check"
	"$tcplife" --self-test -j >"$objects.test"
	each_mutant_invalid self-test "$objects.test"
}

# The keys of sessions in $records, which all have the same.
keys_printed() {
	jq -rs 'map(select(.type == "session" or .type == "interim") | keys_unsorted) | unique |
		if length == 1 then .[0][] else . end' "$records"
}

@test "the schema says of the fields what their table says" {
	BUILD=$programs "$BATS_TEST_DIRNAME/../schema" | diff "$schema" -
}

@test "records.md, the schema and what is printed have the same fields" {
	documented Fields >"$BATS_TEST_TMPDIR/fields"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/fields")" -gt 20 ]
	jq -r '."$defs".session.required[]' "$schema" | diff "$BATS_TEST_TMPDIR/fields" -
	traced -j -- single
	keys_printed | diff "$BATS_TEST_TMPDIR/fields" -
	# Runs that also tell of open sessions have some more.
	documented 'Interim records' >>"$BATS_TEST_TMPDIR/fields"
	documented "The owner's parent" >>"$BATS_TEST_TMPDIR/fields"
	documented 'Other vocabularies' >>"$BATS_TEST_TMPDIR/fields"
	jq -r '."$defs".session.properties | keys_unsorted[]' "$schema" | diff "$BATS_TEST_TMPDIR/fields" -
	traced -j --open --interval 0.05 --ppid --community-id -- single
	keys_printed | diff "$BATS_TEST_TMPDIR/fields" -
}

@test "records.md, the schema and printed statistics have the same fields" {
	documented Statistics >"$BATS_TEST_TMPDIR/fields"
	jq -r '."$defs".stats.properties | keys_unsorted[]' "$schema" | diff "$BATS_TEST_TMPDIR/fields" -
	traced --stats -j --of duration,connect,accept-wait,rtt,tx,rx \
		--by "$(jq -r '[."$defs".stats.anyOf[].required[]] | join(",")' "$schema")" -- single
	jq -rs 'map(select(.of == "all"))[0] | keys_unsorted[]' "$records" | diff "$BATS_TEST_TMPDIR/fields" -
	# A group has everything but the histogram.
	jq -rs 'map(select(.of == "group"))[0] | keys_unsorted[]' "$records" |
		diff <(grep -v '^lifespans' "$BATS_TEST_TMPDIR/fields") -
}

@test "records.md and the schema have the same words for END, OWNER and reasons" {
	diff <(documented END | grep -vx -- -) <(jq -r '."$defs".ending.enum | map(. // "null")[]' "$schema")
	diff <(documented OWNER | sort) <(jq -r '."$defs".session.properties.owner.enum | map(. // "null")[]' "$schema" | sort)
	diff <(documented 'Reason codes') <(jq -r '."$defs".why_code.enum[]' "$schema")
	diff <(documented 'Reason codes') <(sed -n 's/.*X([A-Z_]*, "\(.*\)").*/\1/p' "$BATS_TEST_DIRNAME/../../probe-select/reason.h")
}
