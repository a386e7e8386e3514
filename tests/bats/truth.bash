# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Plays sessions whose truth is known, and compares the tracer's records (tracer.bash) with it.
# shellcheck shell=bash disable=SC2154

programs=${BUILD:-$BATS_TEST_DIRNAME/../../build}
truth=$BATS_TEST_TMPDIR/truth

# workload ARGUMENTS...: plays scenarios and writes the truth to $truth.
workload() {
	"$programs/tests/workload" -o "$truth" "$@" 3>&-
}

# compare OPTIONS...: the records must match the truth.
compare() {
	"$programs/tests/compare" "$@" "$truth" "$records"
}

# Without an accept hook, the owner of a session that is accepted and never closed is unknown.
accept_hook() {
	accept_hook=()
	if grep -q 'accept hook: none' "$said"; then accept_hook=(--no-accept-hook); fi
	if grep -q 'accept hook: tcp_destroy_sock' "$said"; then accept_hook=(--accept-on-close); fi
}

# traced OPTIONS... -- SCENARIO...: plays scenarios under a tracer with these options and a witness.
traced() {
	local options=()
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	witness_start
	tracer_start "${options[@]}"
	workload "${@:2}"
	tracer_stop
	witness_stop
	accept_hook
}

# The number of sessions whose end the kernel did not report, as counted by the tracer.
counted() {
	local count
	count=$(sed -n 's/^tcplife: not printed:.* \([0-9]*\) whose end the kernel did not report.*/\1/p' "$said")
	echo "${count:-0}"
}

# Succeeds if nothing is wrong but missing records that the tracer counted or that the witness lacks too.
excused() {
	local missing
	missing=$(sed -n '$s/^[0-9]* matched, \([0-9]*\) missing, 0 extra, 0 wrong$/\1/p' "$verdict")
	[ -n "$missing" ] || return 1
	if [ "$missing" -le "$(counted)" ]; then return 0; fi
	[ -n "${witness:-}" ] || return 1
	"$programs/tests/compare" "${accept_hook[@]}" "$truth" "$witness" >"$verdict.witness" || true
	! grep '^missing: ' "$verdict" | grep -qvxFf "$verdict.witness"
}

# Like compare, with the options that this kernel's accept hook requires.
true_records() {
	verdict=$BATS_TEST_TMPDIR/verdict
	if compare "${accept_hook[@]}" "$@" >"$verdict"; then return; fi
	cat "$verdict"
	excused
}
