# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Sessions that are open before a tracer begins, or after it ends (with truth.bash).
# shellcheck shell=bash disable=SC2034,SC2154

go=$BATS_TEST_TMPDIR/go played=$BATS_TEST_TMPDIR/played
families=1
if [ -e /proc/net/if_inet6 ]; then families=4; fi

# said WORD: succeeds once every stage has printed it.
said() { [ "$(grep -c "^$1\$" "$played")" = "$families" ]; }

# standing OPTIONS... SCENARIO: opens the sessions, which then wait for go_on.
standing() {
	mkfifo "$go"
	"$programs/tests/workload" -o "$truth" --hold "$@" <"$go" >"$played" 3>&- &
	play=$!
	exec {gate}>"$go"
	await said standing
}

go_on() {
	head -c "$families" /dev/zero >&"$gate"
}

# Expects the records of the scenario `older`. Inbound sessions belong to who closes them. The last one was
# reset, and nobody closed it.
true_older() {
	sed -i '/\tdir=in\t.*\tending=fin-/ s/\towner=proc\t/\towner=close\t/' "$truth"
	accept_hook
	compare "${accept_hook[@]}"
}

# Ends a workload whose sessions stay open.
standing_end() {
	if [ -n "${play:-}" ]; then
		kill -KILL "$play" 2>/dev/null || true
		wait "$play" 2>/dev/null || true
	fi
}
