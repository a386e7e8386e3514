# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Holds the load of the bench open for as long as a test needs (with tracer.bash).
# shellcheck shell=bash disable=SC2034

load=''

# load_stand OPTIONS...: returns once the sessions are open; the bench's output is in $stands.
load_stand() {
	local go=$BATS_TEST_TMPDIR/go
	stands=$BATS_TEST_TMPDIR/stands
	rm -f "$go"
	mkfifo "$go"
	: >"$stands"
	"${BUILD:-$BATS_TEST_DIRNAME/../../build}/bench" load "$@" -H <"$go" >"$stands" 3>&- &
	load=$!
	exec {gate}>"$go"
	await grep -qx standing "$stands"
}

# Closes all sessions and waits for their end.
load_let_go() {
	echo >&"$gate"
	exec {gate}>&-
	wait "$load"
	load=''
}
