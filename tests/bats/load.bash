# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The bench's load, held open for as long as a test wants (with tracer.bash).
# shellcheck shell=bash disable=SC2034

load=''

# load_stand OPTIONS...: returns when its sessions stand; what it says is in $stands.
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

# Closes them all, and waits for the end of that.
load_let_go() {
	echo >&"$gate"
	exec {gate}>&-
	wait "$load"
	load=''
}
