# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Starts and ends a tracer. Its records are in $records, what it says on stderr in $said.
# shellcheck shell=bash

# Waits until a command succeeds; gives up after a minute, which no working tracer takes.
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

under=() # a command to run the tracer under, which must become the tracer by exec

# tracer_start OPTIONS...: returns when it is attached. -v, which says so, changes no record.
tracer_start() {
	records=$BATS_TEST_TMPDIR/records said=$BATS_TEST_TMPDIR/said
	# Not what the tracer before this one said.
	: >"$said"
	"${under[@]}" "${BUILD:-$BATS_TEST_DIRNAME/../../build}/tcplife" -v "$@" >"$records" 2>"$said" 3>&- &
	tracer=$!
	await tracer_is_up || { cat "$said" >&2; return 1; }
}

tracer_is_up() {
	grep -q '^tcplife: tracing by ' "$said" || ! kill -0 "$tracer"
}

# tracer_stop [SIGNAL]: returns its exit code.
tracer_stop() {
	kill -s "${1:-TERM}" "$tracer"
	wait "$tracer"
}

# A second tracer, that prints all in JSON to $witness: what it has not seen either, the kernel told no
# program of. Of changes that no program is told of and no counter counts, as happens to one in a million
# on some virtual machines, this is the only proof there is.
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

# Of a test that failed, none goes on.
tracers_end() {
	if [ -n "${tracer:-}" ]; then kill -KILL "$tracer" 2>/dev/null || true; fi
	if [ -n "${watching:-}" ]; then witness_stop; fi
}
