# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Starts and stops a tracer. Its records are in $records, its messages (stderr) in $said.
# shellcheck shell=bash

# Waits until a command succeeds. Fails after a minute; no working tracer takes that long.
await() {
	local tries=0
	until "$@"; do
		tries=$((tries + 1))
		if [ $tries -gt 1200 ]; then
			echo "gave up waiting: $*" >&2
			return 1
		fi
		sleep 0.05
	done
}

under=() # a command prefix to run the tracer under; it must exec the tracer

# tracer_start OPTIONS...: returns once it is attached. That takes -v, which does not change records.
tracer_start() {
	records=$BATS_TEST_TMPDIR/records said=$BATS_TEST_TMPDIR/said
	# Removes messages of an earlier tracer.
	: >"$said"
	"${under[@]}" "${BUILD:-$BATS_TEST_DIRNAME/../../build}/tcplife" -v "$@" >"$records" 2>"$said" 3>&- &
	tracer=$!
	await tracer_is_up || { cat "$said" >&2; return 1; }
}

tracer_is_up() {
	grep -q '^tcplife: tracing by ' "$said" || ! kill -0 "$tracer"
}

# tracer_stop [SIGNAL]: returns the tracer's exit code.
tracer_stop() {
	kill -s "${1:-TERM}" "$tracer"
	wait "$tracer"
}

# Starts a second tracer, which prints everything in JSON to $witness. What both miss, the kernel told no
# program. Some virtual machines lose one state change in a million that way, and no counter shows it: only
# the witness can prove it.
witness_start() {
	witness=$BATS_TEST_TMPDIR/witness
	"${BUILD:-$BATS_TEST_DIRNAME/../../build}/tcplife" -v -j >"$witness" 2>"$witness.said" 3>&- &
	watching=$!
	await grep -q '^tcplife: tracing by ' "$witness.said"
}

witness_stop() {
	kill -TERM "$watching"
	wait "$watching"
	watching=''
}

# Ends the tracers of a test that failed.
tracers_end() {
	if [ -n "${tracer:-}" ]; then kill -KILL "$tracer" 2>/dev/null || true; fi
	if [ -n "${watching:-}" ]; then witness_stop; fi
}
