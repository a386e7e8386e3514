# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Sessions that move as many bytes as a test says, when it says so (tests/bats/mover).
# shellcheck shell=bash disable=SC2034,SC2154

# mover_start [COMMAND...]: under that command, which must exec.
mover_start() {
	coproc mover { exec "$@" "$BATS_TEST_DIRNAME/mover" "${mover_name:-mover}" 2>"$BATS_TEST_TMPDIR/mover.said" 3>&-; }
	moves=$mover_PID
}

# move WORDS...: one line of the mover's; returns once it is done.
move() {
	local answer
	echo "$*" >&"${mover[1]}"
	read -r -t 60 -u "${mover[0]}" answer && [ "$answer" = "done" ]
}

mover_end() {
	if [ -n "${moves:-}" ]; then
		kill "$moves" 2>/dev/null || true
		wait "$moves" 2>/dev/null || true
		moves=''
	fi
}
